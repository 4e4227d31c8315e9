"""work on cases: organisations, roles, notes, events, referrals

Revision: e285162b926e
Follows: 794b68dc1456
"""

import sqlalchemy as sa
from alembic import op

revision = 'e285162b926e'
down_revision = '794b68dc1456'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table('organisations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False, comment='municipality, npo …: knowledge.schema.OrganizationRecord.kind'),
    sa.Column('organization_id', sa.String(length=80), nullable=True, comment='its id in the directory, where it is listed there; no foreign key, the directory is reloaded'),
    sa.Column('municipalities', sa.JSON(), nullable=False, comment='canonical names: new cases of people living there come here'),
    sa.Column('takes_rest', sa.Boolean(), nullable=False, comment='whether it gets the cases of places that nobody takes; one does'),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisations'))
    )
    op.create_table('case_events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=True, comment='null: the assistant, when the person consented'),
    sa.Column('kind', sa.String(length=20), nullable=False, comment='handed_over, status, assigned, organisation, sensitive, taken_over, handed_back, reached, facts'),
    sa.Column('before', sa.String(length=60), nullable=True, comment='status, or id of staff or organisation; facts: null'),
    sa.Column('after', sa.String(length=60), nullable=True, comment='the same, afterwards; facts: the key that was edited'),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_events_case_id_cases'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_case_events_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_events'))
    )
    with op.batch_alter_table('case_events', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_events_case_id'), ['case_id'], unique=False)

    op.create_table('case_notes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=10), nullable=False, comment='note; phone, visit, letter: the person was reached that way'),
    sa.Column('text', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_notes_case_id_cases'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_case_notes_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_notes'))
    )
    with op.batch_alter_table('case_notes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_notes_case_id'), ['case_id'], unique=False)

    op.create_table('referrals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('from_organisation_id', sa.Integer(), nullable=False),
    sa.Column('to_organisation_id', sa.Integer(), nullable=False),
    sa.Column('sent_by_id', sa.Integer(), nullable=True),
    sa.Column('done', sa.LargeBinary(), nullable=False, comment='text: what was done so far'),
    sa.Column('asked', sa.LargeBinary(), nullable=False, comment='text: what the receiver is asked to do'),
    sa.Column('consent_id', sa.Integer(), nullable=False, comment='that the person agreed to this receiver, and to what'),
    sa.Column('consent_how', sa.String(length=10), nullable=False, comment='chat, spoken, written'),
    sa.Column('status', sa.String(length=10), nullable=False, comment='sent, accepted, returned, withdrawn'),
    sa.Column('reason', sa.LargeBinary(), nullable=True, comment='text: why it was returned or withdrawn'),
    sa.Column('sent_at', sa.DateTime(), nullable=False),
    sa.Column('answered_at', sa.DateTime(), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['answered_by_id'], ['staff.id'], name=op.f('fk_referrals_answered_by_id_staff')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_referrals_case_id_cases'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['consent_id'], ['consents.id'], name=op.f('fk_referrals_consent_id_consents')),
    sa.ForeignKeyConstraint(['from_organisation_id'], ['organisations.id'], name=op.f('fk_referrals_from_organisation_id_organisations')),
    sa.ForeignKeyConstraint(['sent_by_id'], ['staff.id'], name=op.f('fk_referrals_sent_by_id_staff')),
    sa.ForeignKeyConstraint(['to_organisation_id'], ['organisations.id'], name=op.f('fk_referrals_to_organisation_id_organisations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referrals'))
    )
    with op.batch_alter_table('referrals', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_referrals_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_referrals_to_organisation_id'), ['to_organisation_id'], unique=False)

    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.add_column(sa.Column('organisation_id', sa.Integer(), nullable=True, comment='whose case it is now; moves when a referral is accepted'))
        batch_op.add_column(sa.Column('assigned_to_id', sa.Integer(), nullable=True, comment='the caseworker in charge; null: nobody yet'))
        batch_op.add_column(sa.Column('sensitive', sa.Boolean(), nullable=True, comment='violence: only the one in charge and supervisors open it, places are masked'))
        batch_op.add_column(sa.Column('next_action', sa.LargeBinary(), nullable=True, comment='text: what is to be done next'))
        batch_op.add_column(sa.Column('next_action_on', sa.Date(), nullable=True, comment='day (Asia/Tokyo) by which it is due'))
        batch_op.add_column(sa.Column('first_contact_at', sa.DateTime(), nullable=True, comment='when a human first wrote to, called or met the person'))
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.add_column(sa.Column('roles', sa.JSON(), nullable=True, comment='one or more of bot.access.ROLES: caseworker, supervisor, admin, council'))
        batch_op.add_column(sa.Column('organisation_id', sa.Integer(), nullable=True, comment='null: belongs to none and sees no cases'))

    _fill()

    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.alter_column('organisation_id', existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column('sensitive', existing_type=sa.Boolean(), nullable=False)
        batch_op.create_index(batch_op.f('ix_cases_assigned_to_id'), ['assigned_to_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cases_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_cases_assigned_to_id_staff'), 'staff', ['assigned_to_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_cases_organisation_id_organisations'), 'organisations', ['organisation_id'], ['id'])
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.alter_column('roles', existing_type=sa.JSON(), nullable=False)
        batch_op.create_foreign_key(batch_op.f('fk_staff_organisation_id_organisations'), 'organisations', ['organisation_id'], ['id'])
        batch_op.drop_column('role')


def _fill() -> None:
    """Put what was there into one office, unnamed until the next start; whoever saw cases so far goes on seeing them."""
    connection = op.get_bind()
    if not connection.scalar(sa.text("SELECT EXISTS (SELECT 1 FROM staff) OR EXISTS (SELECT 1 FROM cases)")):
        return
    office = sa.table("organisations", *[sa.column(name) for name in ("id", "name", "kind", "municipalities", "takes_rest", "created_at")])
    connection.execute(office.insert().values(id=1, name="", kind="municipality", municipalities="[]", takes_rest=True, created_at=sa.func.current_timestamp()))
    # The sheets are encrypted: which of them speak of violence is not known here. Until a supervisor has looked, they are kept to supervisors.
    connection.execute(sa.text("UPDATE cases SET organisation_id = 1, sensitive = true"))
    connection.execute(sa.text("""UPDATE staff SET organisation_id = 1, roles = CASE role WHEN 'admin' THEN '["admin", "supervisor"]' ELSE '["caseworker"]' END"""))
    connection.execute(sa.text("INSERT INTO case_events (case_id, kind, after, created_at) SELECT id, 'handed_over', 'new', consented_at FROM cases"))


def downgrade() -> None:
    """Change them back."""
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.add_column(sa.Column('role', sa.VARCHAR(length=20), nullable=True))
    op.execute("UPDATE staff SET role = CASE WHEN roles LIKE '%admin%' THEN 'admin' ELSE 'caseworker' END")
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.alter_column('role', existing_type=sa.VARCHAR(length=20), nullable=False)
        batch_op.drop_constraint(batch_op.f('fk_staff_organisation_id_organisations'), type_='foreignkey')
        batch_op.drop_column('organisation_id')
        batch_op.drop_column('roles')

    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_cases_organisation_id_organisations'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_cases_assigned_to_id_staff'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_cases_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_cases_assigned_to_id'))
        batch_op.drop_column('first_contact_at')
        batch_op.drop_column('next_action_on')
        batch_op.drop_column('next_action')
        batch_op.drop_column('sensitive')
        batch_op.drop_column('assigned_to_id')
        batch_op.drop_column('organisation_id')

    with op.batch_alter_table('referrals', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_referrals_to_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_referrals_case_id'))

    op.drop_table('referrals')
    with op.batch_alter_table('case_notes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_case_notes_case_id'))

    op.drop_table('case_notes')
    with op.batch_alter_table('case_events', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_case_events_case_id'))

    op.drop_table('case_events')
    op.drop_table('organisations')
