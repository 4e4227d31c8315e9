"""Samples beside real data: offices, staff and counts.

Revision: 8c41e0d7ab52
Follows: 0105c819b939
"""

import sqlalchemy as sa
from alembic import op

revision = '8c41e0d7ab52'
down_revision = '0105c819b939'
branch_labels = None
depends_on = None

_COMMENTS = {
    'organisations': 'made up (a sample): only sample cases are referred to it',
    'staff': 'made up (a sample): never logs in, gets no real case',
    'directory_gaps': 'made up (a sample): counted with the samples alone',
    'monthly_counts': 'made up (a sample): counted with the samples alone',
}
_UNIQUE = {
    'directory_gaps': ('uq_directory_gaps_municipality', ['municipality', 'prefecture', 'desk_kind', 'month', 'known', 'given']),
    'monthly_counts': ('uq_monthly_counts_month', ['month', 'municipality', 'measure', 'value', 'by']),
}


def upgrade() -> None:
    """Change the tables."""
    for table, comment in _COMMENTS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('sample', sa.Boolean(), server_default=sa.text('0'), nullable=False, comment=comment))
            if table in _UNIQUE:
                name, columns = _UNIQUE[table]
                batch_op.drop_constraint(batch_op.f(name), type_='unique')
                batch_op.create_unique_constraint(batch_op.f(name), [*columns, 'sample'])


def downgrade() -> None:
    """Change them back. Sample counts go first: without the column they would be taken for real ones."""
    for table in _UNIQUE:
        op.execute(sa.text(f'DELETE FROM {table} WHERE sample'))  # noqa: S608 - table names of our own
    for table in reversed(_COMMENTS):
        with op.batch_alter_table(table, schema=None) as batch_op:
            if table in _UNIQUE:
                name, columns = _UNIQUE[table]
                batch_op.drop_constraint(batch_op.f(name), type_='unique')
                batch_op.create_unique_constraint(batch_op.f(name), columns)
            batch_op.drop_column('sample')
