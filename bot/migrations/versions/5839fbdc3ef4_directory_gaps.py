"""Counts of desks that were looked for in vain.

Revision: 5839fbdc3ef4
Follows: 6f6e2c832e05
"""

import sqlalchemy as sa
from alembic import op

revision = '5839fbdc3ef4'
down_revision = '6f6e2c832e05'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table('directory_gaps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('municipality', sa.String(length=40), nullable=False, comment='canonical name with its suffix'),
    sa.Column('prefecture', sa.String(length=10), nullable=False, comment='empty when several prefectures have a place of that name'),
    sa.Column('desk_kind', sa.String(length=40), nullable=False, comment='a desk kind of the vocabulary'),
    sa.Column('month', sa.String(length=7), nullable=False, comment='YYYY-MM, Asia/Tokyo'),
    sa.Column('known', sa.String(length=12), nullable=False, comment='not_offered: a source says that there is none; not_known: the directory has no record'),
    sa.Column('given', sa.String(length=12), nullable=False, comment='what was named instead: prefecture or nationwide'),
    sa.Column('people', sa.Integer(), nullable=False, comment='conversations in which it was said, each once'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_directory_gaps')),
    sa.UniqueConstraint('municipality', 'prefecture', 'desk_kind', 'month', 'known', 'given', name=op.f('uq_directory_gaps_municipality'))
    )


def downgrade() -> None:
    """Change them back."""
    op.drop_table('directory_gaps')
