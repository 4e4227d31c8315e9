"""Numbers by month that outlive a deletion, and that there was one.

Revision: 0105c819b939
Follows: d80161b3a0cf
"""

import sqlalchemy as sa
from alembic import op

revision = '0105c819b939'
down_revision = 'd80161b3a0cf'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table('monthly_counts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False, comment='YYYY-MM, Asia/Tokyo: when the conversation began or the case was handed over'),
    sa.Column('municipality', sa.String(length=40), nullable=False, comment='only for cases and needs; empty: not known, or not counted by place'),
    sa.Column('measure', sa.String(length=20), nullable=False, comment='a measure of bot.tally'),
    sa.Column('value', sa.String(length=40), nullable=False, comment='an id: urgency, household, need, status …'),
    sa.Column('by', sa.String(length=40), nullable=False, comment='a second id, for needs by household or urgency'),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_monthly_counts')),
    sa.UniqueConstraint('month', 'municipality', 'measure', 'value', 'by', name=op.f('uq_monthly_counts_month'))
    )
    op.create_table('deletions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('why', sa.String(length=10), nullable=False, comment='asked: the person wanted it; period: it had been kept long enough'),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('reference', sa.String(length=12), nullable=True, comment='of the case that went with it; null: nothing had been handed over'),
    sa.Column('organisation_id', sa.Integer(), nullable=True, comment='whose case it was'),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_deletions_organisation_id_organisations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deletions'))
    )
    with op.batch_alter_table('deletions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_deletions_created_at'), ['created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_deletions_organisation_id'), ['organisation_id'], unique=False)



def downgrade() -> None:
    """Change them back."""
    with op.batch_alter_table('deletions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_deletions_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_deletions_created_at'))

    op.drop_table('deletions')
    op.drop_table('monthly_counts')
