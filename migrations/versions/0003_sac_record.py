"""the SAC record whole: products, alerts, agenda, orders, surveys, files, labels, notes, merges, tokens, webhooks, jobs

Revision: 0003, after 0002; 2026-11-22 03:42:43.287546
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

import app.database

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('alert_priority',
    sa.Column('colour', sa.String(length=7), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('name_key', sa.String(length=400), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', app.database.UTCDateTime(), nullable=True),
    sa.Column('updated_at', app.database.UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name_key', name='uq_alert_priority_name')
    )
    with op.batch_alter_table('alert_priority', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_alert_priority_name_key'), ['name_key'], unique=False)

    op.create_table('email_template',
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('name_key', sa.String(length=400), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', app.database.UTCDateTime(), nullable=True),
    sa.Column('updated_at', app.database.UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name_key', name='uq_email_template_name')
    )
    with op.batch_alter_table('email_template', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_email_template_name_key'), ['name_key'], unique=False)

    op.create_table('label',
    sa.Column('colour', sa.String(length=7), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('name_key', sa.String(length=400), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', app.database.UTCDateTime(), nullable=True),
    sa.Column('updated_at', app.database.UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name_key', name='uq_label_name')
    )
    with op.batch_alter_table('label', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_label_name_key'), ['name_key'], unique=False)

    op.create_table('product',
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('name_key', sa.String(length=400), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', app.database.UTCDateTime(), nullable=True),
    sa.Column('updated_at', app.database.UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code', name='uq_product_code'),
    sa.UniqueConstraint('name_key', name='uq_product_name')
    )
    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_product_name_key'), ['name_key'], unique=False)

    op.create_table('api_token',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('prefix', sa.String(length=16), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('scopes', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('created_at', app.database.UTCDateTime(), nullable=False),
    sa.Column('expires_at', app.database.UTCDateTime(), nullable=True),
    sa.Column('last_used_at', app.database.UTCDateTime(), nullable=True),
    sa.Column('revoked_at', app.database.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('token_hash')
    )
    with op.batch_alter_table('api_token', schema=None) as batch_op:
        batch_op.create_index('ix_api_token_user', ['user_id', 'id'], unique=False)

    op.create_table('job',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('arguments', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=True),
    sa.Column('result', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('filename', sa.String(length=200), nullable=True),
    sa.Column('stored_name', sa.String(length=80), nullable=True),
    sa.Column('error', sa.String(length=500), nullable=True),
    sa.Column('cancel_asked', sa.Boolean(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('lease_until', app.database.UTCDateTime(), nullable=True),
    sa.Column('worker', sa.String(length=80), nullable=True),
    sa.Column('created_at', app.database.UTCDateTime(), nullable=False),
    sa.Column('finished_at', app.database.UTCDateTime(), nullable=True),
    sa.CheckConstraint("state in ('queued', 'running', 'done', 'failed', 'cancelled')", name='ck_job_state'),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.create_index('ix_job_created', ['created_at'], unique=False)
        batch_op.create_index('ix_job_state', ['state', 'id'], unique=False)
        batch_op.create_index('ix_job_user', ['user_id', 'id'], unique=False)

    op.create_table('list_preference',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('list_key', sa.String(length=40), nullable=False),
    sa.Column('values', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'list_key')
    )
    op.create_table('merge',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('kept_id', sa.Integer(), nullable=False),
    sa.Column('merged_id', sa.Integer(), nullable=False),
    sa.Column('moved', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('at', app.database.UTCDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('undone_at', app.database.UTCDateTime(), nullable=True),
    sa.Column('undone_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("kind in ('entity', 'attendance')", name='ck_merge_kind'),
    sa.CheckConstraint('kept_id <> merged_id', name='ck_merge_two'),
    sa.ForeignKeyConstraint(['by_id'], ['ab_user.id'], ),
    sa.ForeignKeyConstraint(['undone_by_id'], ['ab_user.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('merge', schema=None) as batch_op:
        batch_op.create_index('ix_merge_kept', ['kind', 'kept_id'], unique=False)
        batch_op.create_index('ix_merge_merged', ['kind', 'merged_id'], unique=False)

    op.create_table('saved_view',
    sa.Column('list_key', sa.String(length=40), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('query', sa.String(length=2000), nullable=False),
    sa.Column('columns', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('name_key', sa.String(length=400), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', app.database.UTCDateTime(), nullable=True),
    sa.Column('updated_at', app.database.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['owner_id'], ['ab_user.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('owner_id', 'list_key', 'name_key', name='uq_saved_view_name')
    )
    with op.batch_alter_table('saved_view', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_saved_view_name_key'), ['name_key'], unique=False)

    op.create_table('webhook',
    sa.Column('company_id', sa.Integer(), nullable=True),
    sa.Column('url', sa.String(length=500), nullable=False),
    sa.Column('secret', sa.Text(), nullable=False),
    sa.Column('events', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('name_key', sa.String(length=400), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', app.database.UTCDateTime(), nullable=True),
    sa.Column('updated_at', app.database.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['company_id'], ['company.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name_key', name='uq_webhook_name')
    )
    with op.batch_alter_table('webhook', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_webhook_company_id'), ['company_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_webhook_name_key'), ['name_key'], unique=False)

    op.create_table('alert',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entity_id', sa.Integer(), nullable=False),
    sa.Column('priority_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(length=1000), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', app.database.UTCDateTime(), nullable=True),
    sa.Column('updated_at', app.database.UTCDateTime(), nullable=True),
    sa.CheckConstraint('valid_until >= valid_from', name='ck_alert_validity'),
    sa.ForeignKeyConstraint(['entity_id'], ['entity.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['priority_id'], ['alert_priority.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.create_index('ix_alert_entity', ['entity_id', 'active'], unique=False)
        batch_op.create_index(batch_op.f('ix_alert_priority_id'), ['priority_id'], unique=False)

    op.create_table('not_duplicate',
    sa.Column('first_id', sa.Integer(), nullable=False),
    sa.Column('second_id', sa.Integer(), nullable=False),
    sa.Column('said_by_id', sa.Integer(), nullable=True),
    sa.Column('said_at', app.database.UTCDateTime(), nullable=False),
    sa.CheckConstraint('first_id < second_id', name='ck_not_duplicate_order'),
    sa.ForeignKeyConstraint(['first_id'], ['entity.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['said_by_id'], ['ab_user.id'], ),
    sa.ForeignKeyConstraint(['second_id'], ['entity.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('first_id', 'second_id')
    )
    with op.batch_alter_table('not_duplicate', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_not_duplicate_second_id'), ['second_id'], unique=False)

    op.create_table('product_information',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('motive_id', sa.Integer(), nullable=False),
    sa.Column('occurrence_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', app.database.UTCDateTime(), nullable=True),
    sa.Column('updated_at', app.database.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['motive_id', 'occurrence_id'], ['occurrence.motive_id', 'occurrence.id'], name='fk_product_information_occurrence_of_motive'),
    sa.ForeignKeyConstraint(['motive_id'], ['motive.id'], ),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('product_information', schema=None) as batch_op:
        batch_op.create_index('ix_product_information_motive', ['motive_id', 'occurrence_id', 'product_id'], unique=False)
        batch_op.create_index('ix_product_information_occurrence', ['occurrence_id'], unique=False)
        batch_op.create_index('uq_product_information_motive_title', ['product_id', 'motive_id', 'title'], unique=True, sqlite_where=sa.text('occurrence_id is null'), postgresql_where=sa.text('occurrence_id is null'))
        batch_op.create_index('uq_product_information_title', ['product_id', 'motive_id', 'occurrence_id', 'title'], unique=True, sqlite_where=sa.text('occurrence_id is not null'), postgresql_where=sa.text('occurrence_id is not null'))

    op.create_table('sales_order',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.Column('entity_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('ordered_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('total', sa.Numeric(precision=14, scale=2), nullable=False),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', app.database.UTCDateTime(), nullable=True),
    sa.Column('updated_at', app.database.UTCDateTime(), nullable=True),
    sa.CheckConstraint("state in ('open', 'invoiced', 'delivered', 'cancelled')", name='ck_sales_order_state'),
    sa.CheckConstraint('total >= 0', name='ck_sales_order_total'),
    sa.ForeignKeyConstraint(['company_id'], ['company.id'], ),
    sa.ForeignKeyConstraint(['entity_id'], ['entity.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('company_id', 'number', name='uq_sales_order_number')
    )
    with op.batch_alter_table('sales_order', schema=None) as batch_op:
        batch_op.create_index('ix_sales_order_company', ['company_id', 'ordered_on', 'id'], unique=False)
        batch_op.create_index('ix_sales_order_entity', ['entity_id', 'ordered_on', 'id'], unique=False)

    op.create_table('webhook_delivery',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('webhook_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('event', sa.String(length=60), nullable=False),
    sa.Column('body', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('due_at', app.database.UTCDateTime(), nullable=False),
    sa.Column('lease_until', app.database.UTCDateTime(), nullable=True),
    sa.Column('worker', sa.String(length=80), nullable=True),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('error', sa.String(length=500), nullable=True),
    sa.Column('created_at', app.database.UTCDateTime(), nullable=False),
    sa.Column('sent_at', app.database.UTCDateTime(), nullable=True),
    sa.CheckConstraint("state in ('due', 'sending', 'sent', 'dead')", name='ck_webhook_delivery_state'),
    sa.ForeignKeyConstraint(['webhook_id'], ['webhook.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('key')
    )
    with op.batch_alter_table('webhook_delivery', schema=None) as batch_op:
        batch_op.create_index('ix_webhook_delivery_due', ['state', 'due_at'], unique=False)
        batch_op.create_index('ix_webhook_delivery_webhook', ['webhook_id', 'id'], unique=False)

    op.create_table('invoice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.Column('entity_id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=True),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('series', sa.String(length=5), nullable=False),
    sa.Column('access_key', sa.String(length=44), nullable=True),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('total', sa.Numeric(precision=14, scale=2), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', app.database.UTCDateTime(), nullable=True),
    sa.Column('updated_at', app.database.UTCDateTime(), nullable=True),
    sa.CheckConstraint('total >= 0', name='ck_invoice_total'),
    sa.ForeignKeyConstraint(['company_id'], ['company.id'], ),
    sa.ForeignKeyConstraint(['entity_id'], ['entity.id'], ),
    sa.ForeignKeyConstraint(['order_id'], ['sales_order.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('access_key', name='uq_invoice_access_key'),
    sa.UniqueConstraint('company_id', 'number', 'series', name='uq_invoice_number')
    )
    with op.batch_alter_table('invoice', schema=None) as batch_op:
        batch_op.create_index('ix_invoice_company', ['company_id', 'issued_on', 'id'], unique=False)
        batch_op.create_index('ix_invoice_entity', ['entity_id', 'issued_on', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invoice_order_id'), ['order_id'], unique=False)

    op.create_table('order_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=True),
    sa.Column('description', sa.String(length=200), nullable=True),
    sa.Column('quantity', sa.Numeric(precision=14, scale=3), nullable=False),
    sa.Column('unit_price', sa.Numeric(precision=14, scale=2), nullable=False),
    sa.CheckConstraint('product_id is not null or description is not null', name='ck_order_item_what'),
    sa.CheckConstraint('quantity > 0', name='ck_order_item_quantity'),
    sa.CheckConstraint('unit_price >= 0', name='ck_order_item_price'),
    sa.ForeignKeyConstraint(['order_id'], ['sales_order.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('order_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_order_item_order_id'), ['order_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_order_item_product_id'), ['product_id'], unique=False)

    op.create_table('appointment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entity_id', sa.Integer(), nullable=False),
    sa.Column('attendance_id', sa.Integer(), nullable=True),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('place', sa.String(length=200), nullable=True),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('starts_at', app.database.UTCDateTime(), nullable=False),
    sa.Column('ends_at', app.database.UTCDateTime(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('reminder_minutes', sa.Integer(), nullable=True),
    sa.Column('remind_at', app.database.UTCDateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', app.database.UTCDateTime(), nullable=True),
    sa.Column('updated_at', app.database.UTCDateTime(), nullable=True),
    sa.CheckConstraint("state in ('scheduled', 'done', 'cancelled')", name='ck_appointment_state'),
    sa.CheckConstraint('ends_at > starts_at', name='ck_appointment_ends'),
    sa.CheckConstraint('reminder_minutes >= 0', name='ck_appointment_reminder'),
    sa.ForeignKeyConstraint(['attendance_id'], ['attendance.id'], ),
    sa.ForeignKeyConstraint(['entity_id'], ['entity.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['operator_id'], ['ab_user.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_appointment_attendance_id'), ['attendance_id'], unique=False)
        batch_op.create_index('ix_appointment_entity', ['entity_id', 'starts_at', 'id'], unique=False)
        batch_op.create_index('ix_appointment_operator', ['operator_id', 'starts_at', 'id'], unique=False)
        batch_op.create_index('ix_appointment_remind', ['remind_at'], unique=False, sqlite_where=sa.text('remind_at is not null'), postgresql_where=sa.text('remind_at is not null'))
        batch_op.create_index('ix_appointment_starts', ['starts_at', 'id'], unique=False)

    op.create_table('attendance_label',
    sa.Column('attendance_id', sa.Integer(), nullable=False),
    sa.Column('label_id', sa.Integer(), nullable=False),
    sa.Column('opened_at', app.database.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['attendance_id'], ['attendance.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['label_id'], ['label.id'], ),
    sa.PrimaryKeyConstraint('attendance_id', 'label_id')
    )
    with op.batch_alter_table('attendance_label', schema=None) as batch_op:
        batch_op.create_index('ix_attendance_label_label', ['label_id', 'opened_at', 'attendance_id'], unique=False)

    op.create_table('attendance_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('attendance_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('written_at', app.database.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['attendance_id'], ['attendance.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['author_id'], ['ab_user.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('attendance_note', schema=None) as batch_op:
        batch_op.create_index('ix_attendance_note_attendance', ['attendance_id', 'id'], unique=False)

    op.create_table('notification',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('actor_name', sa.String(length=140), nullable=False),
    sa.Column('attendance_id', sa.Integer(), nullable=True),
    sa.Column('values', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('at', app.database.UTCDateTime(), nullable=False),
    sa.Column('read_at', app.database.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['attendance_id'], ['attendance.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('user_id', 'key', name='uq_notification_key')
    )
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.create_index('ix_notification_at', ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_notification_attendance_id'), ['attendance_id'], unique=False)
        batch_op.create_index('ix_notification_unread', ['user_id'], unique=False, sqlite_where=sa.text('read_at is null'), postgresql_where=sa.text('read_at is null'))
        batch_op.create_index('ix_notification_user', ['user_id', 'id'], unique=False)

    op.create_table('survey_participation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('survey_id', sa.Integer(), nullable=False),
    sa.Column('entity_id', sa.Integer(), nullable=True),
    sa.Column('attendance_id', sa.Integer(), nullable=True),
    sa.Column('invited_at', app.database.UTCDateTime(), nullable=False),
    sa.Column('invited_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', app.database.UTCDateTime(), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('entity_id is not null or attendance_id is not null', name='ck_survey_participation_whose'),
    sa.ForeignKeyConstraint(['answered_by_id'], ['ab_user.id'], ),
    sa.ForeignKeyConstraint(['attendance_id'], ['attendance.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['entity_id'], ['entity.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['invited_by_id'], ['ab_user.id'], ),
    sa.ForeignKeyConstraint(['survey_id'], ['survey.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('survey_participation', schema=None) as batch_op:
        batch_op.create_index('ix_survey_participation_answered', ['survey_id', 'answered_at', 'id'], unique=False)
        batch_op.create_index('ix_survey_participation_attendance', ['attendance_id'], unique=False)
        batch_op.create_index('ix_survey_participation_entity', ['entity_id', 'invited_at', 'id'], unique=False)
        batch_op.create_index('uq_survey_participation_attendance', ['survey_id', 'attendance_id'], unique=True, sqlite_where=sa.text('attendance_id is not null'), postgresql_where=sa.text('attendance_id is not null'))
        batch_op.create_index('uq_survey_participation_entity', ['survey_id', 'entity_id'], unique=True, sqlite_where=sa.text('attendance_id is null'), postgresql_where=sa.text('attendance_id is null'))

    op.create_table('attachment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('attendance_id', sa.Integer(), nullable=False),
    sa.Column('detail_id', sa.Integer(), nullable=True),
    sa.Column('filename', sa.String(length=200), nullable=False),
    sa.Column('stored_name', sa.String(length=80), nullable=False),
    sa.Column('mime', sa.String(length=100), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('uploaded_by_id', sa.Integer(), nullable=True),
    sa.Column('uploaded_at', app.database.UTCDateTime(), nullable=False),
    sa.Column('removed_at', app.database.UTCDateTime(), nullable=True),
    sa.CheckConstraint('size > 0', name='ck_attachment_size'),
    sa.ForeignKeyConstraint(['attendance_id'], ['attendance.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['detail_id'], ['attendance_detail.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['ab_user.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('stored_name')
    )
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.create_index('ix_attachment_attendance', ['attendance_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_attachment_detail_id'), ['detail_id'], unique=False)
        batch_op.create_index('ix_attachment_removed', ['removed_at'], unique=False, sqlite_where=sa.text('removed_at is not null'), postgresql_where=sa.text('removed_at is not null'))

    op.create_table('detail_information',
    sa.Column('detail_id', sa.Integer(), nullable=False),
    sa.Column('information_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['detail_id'], ['attendance_detail.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['information_id'], ['product_information.id'], ),
    sa.PrimaryKeyConstraint('detail_id', 'information_id')
    )
    with op.batch_alter_table('detail_information', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_detail_information_information_id'), ['information_id'], unique=False)

    op.create_table('note_mention',
    sa.Column('note_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['note_id'], ['attendance_note.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], ),
    sa.PrimaryKeyConstraint('note_id', 'user_id')
    )
    with op.batch_alter_table('note_mention', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_note_mention_user_id'), ['user_id'], unique=False)

    for table, column, target, check in POINTERS:
        _add_pointer(table, column, target, check)
    op.create_index('ix_attendance_department', 'attendance', ['department_id', 'opened_at', 'id'], sqlite_where=sa.text('department_id is not null'), postgresql_where=sa.text('department_id is not null'))
    op.create_index('ix_attendance_merged_into', 'attendance', ['merged_into_id'], sqlite_where=sa.text('merged_into_id is not null'), postgresql_where=sa.text('merged_into_id is not null'))
    op.create_index('ix_attendance_detail_product', 'attendance_detail', ['product_id'], sqlite_where=sa.text('product_id is not null'), postgresql_where=sa.text('product_id is not null'))
    op.create_index('ix_entity_merged_into', 'entity', ['merged_into_id'], sqlite_where=sa.text('merged_into_id is not null'), postgresql_where=sa.text('merged_into_id is not null'))

    op.add_column('outbox', sa.Column('entity_id', sa.Integer(), nullable=True))
    op.add_column('outbox', sa.Column('sender_id', sa.Integer(), nullable=True))
    op.create_index('ix_outbox_entity', 'outbox', ['entity_id', 'created_at', 'id'], sqlite_where=sa.text('entity_id is not null'), postgresql_where=sa.text('entity_id is not null'))

    with op.batch_alter_table('survey', schema=None) as batch_op:
        batch_op.add_column(sa.Column('description', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('valid_from', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('valid_until', sa.Date(), nullable=True))
        batch_op.create_check_constraint('ck_survey_validity', 'valid_until >= valid_from')

    with op.batch_alter_table('survey_question', schema=None) as batch_op:
        batch_op.add_column(sa.Column('options', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('required', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('active', sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.create_check_constraint('ck_survey_question_type', "type in ('scale', 'nps', 'yes_no', 'choice', 'choices', 'text', 'number', 'date')")
    _answers_by_participation()


# table, column, what it points to, a rule of the column. Added without rebuilding the table: SQLite would lose the
# triggers of the search, and copy a million rows.
POINTERS = (
    ("attendance", "merged_into_id", "attendance", ""),
    ("attendance_detail", "product_id", "product", ""),
    ("entity", "merged_into_id", "entity", "CONSTRAINT ck_entity_merged_into_another CHECK (merged_into_id <> id)"),
)


def _add_pointer(table, column, target, check):
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER REFERENCES {target} (id) {check}")


def _answers_by_participation():
    """Answers hung on the attendance; now they hang on somebody's part in the survey."""
    op.execute("INSERT INTO survey_participation (survey_id, entity_id, attendance_id, invited_at, answered_at) "
               "SELECT q.survey_id, a.entity_id, s.attendance_id, min(s.answered_at), min(s.answered_at) "
               "FROM survey_answer s JOIN survey_question q ON q.id = s.question_id "
               "JOIN attendance a ON a.id = s.attendance_id GROUP BY q.survey_id, a.entity_id, s.attendance_id")
    op.execute("CREATE TABLE survey_answer_kept AS SELECT p.id AS participation_id, s.question_id, s.value "
               "FROM survey_answer s JOIN survey_question q ON q.id = s.question_id "
               "JOIN survey_participation p ON p.survey_id = q.survey_id AND p.attendance_id = s.attendance_id")
    op.drop_table("survey_answer")
    op.create_table('survey_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('participation_id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('value', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['participation_id'], ['survey_participation.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['question_id'], ['survey_question.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('participation_id', 'question_id', name='uq_survey_answer_once')
    )
    op.create_index('ix_survey_answer_question_id', 'survey_answer', ['question_id'])
    op.execute("INSERT INTO survey_answer (participation_id, question_id, value) "
               "SELECT participation_id, question_id, value FROM survey_answer_kept")
    op.drop_table("survey_answer_kept")


def _answers_by_attendance():
    """The way back; what an entity answered apart from any attendance has no place there."""
    op.execute("CREATE TABLE survey_answer_kept AS SELECT p.attendance_id, s.question_id, s.value, p.answered_at "
               "FROM survey_answer s JOIN survey_participation p ON p.id = s.participation_id "
               "WHERE p.attendance_id IS NOT NULL AND p.answered_at IS NOT NULL")
    op.drop_table("survey_answer")
    op.create_table('survey_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('attendance_id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('value', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('answered_at', app.database.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['attendance_id'], ['attendance.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['question_id'], ['survey_question.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('attendance_id', 'question_id', name='uq_survey_answer_once')
    )
    op.create_index('ix_survey_answer_question_id', 'survey_answer', ['question_id'])
    op.execute("INSERT INTO survey_answer (attendance_id, question_id, value, answered_at) "
               "SELECT attendance_id, question_id, value, answered_at FROM survey_answer_kept")
    op.drop_table("survey_answer_kept")


def downgrade():
    _answers_by_attendance()
    with op.batch_alter_table('survey_question', schema=None) as batch_op:
        batch_op.drop_constraint('ck_survey_question_type', type_='check')
        batch_op.drop_column('active')
        batch_op.drop_column('required')
        batch_op.drop_column('options')

    with op.batch_alter_table('survey', schema=None) as batch_op:
        batch_op.drop_constraint('ck_survey_validity', type_='check')
        batch_op.drop_column('valid_until')
        batch_op.drop_column('valid_from')
        batch_op.drop_column('description')

    op.drop_index('ix_outbox_entity', 'outbox')
    op.drop_column('outbox', 'sender_id')
    op.drop_column('outbox', 'entity_id')
    for index, table in (('ix_entity_merged_into', 'entity'), ('ix_attendance_detail_product', 'attendance_detail'),
                         ('ix_attendance_merged_into', 'attendance'), ('ix_attendance_department', 'attendance')):
        op.drop_index(index, table)
    for table, column, _target, _check in POINTERS:
        op.drop_column(table, column)

    with op.batch_alter_table('note_mention', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_note_mention_user_id'))

    op.drop_table('note_mention')
    with op.batch_alter_table('detail_information', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_detail_information_information_id'))

    op.drop_table('detail_information')
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.drop_index('ix_attachment_removed', sqlite_where=sa.text('removed_at is not null'), postgresql_where=sa.text('removed_at is not null'))
        batch_op.drop_index(batch_op.f('ix_attachment_detail_id'))
        batch_op.drop_index('ix_attachment_attendance')

    op.drop_table('attachment')
    with op.batch_alter_table('survey_participation', schema=None) as batch_op:
        batch_op.drop_index('uq_survey_participation_entity', sqlite_where=sa.text('attendance_id is null'), postgresql_where=sa.text('attendance_id is null'))
        batch_op.drop_index('uq_survey_participation_attendance', sqlite_where=sa.text('attendance_id is not null'), postgresql_where=sa.text('attendance_id is not null'))
        batch_op.drop_index('ix_survey_participation_entity')
        batch_op.drop_index('ix_survey_participation_attendance')
        batch_op.drop_index('ix_survey_participation_answered')

    op.drop_table('survey_participation')
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.drop_index('ix_notification_user')
        batch_op.drop_index('ix_notification_unread', sqlite_where=sa.text('read_at is null'), postgresql_where=sa.text('read_at is null'))
        batch_op.drop_index(batch_op.f('ix_notification_attendance_id'))
        batch_op.drop_index('ix_notification_at')

    op.drop_table('notification')
    with op.batch_alter_table('attendance_note', schema=None) as batch_op:
        batch_op.drop_index('ix_attendance_note_attendance')

    op.drop_table('attendance_note')
    with op.batch_alter_table('attendance_label', schema=None) as batch_op:
        batch_op.drop_index('ix_attendance_label_label')

    op.drop_table('attendance_label')
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.drop_index('ix_appointment_starts')
        batch_op.drop_index('ix_appointment_remind', sqlite_where=sa.text('remind_at is not null'), postgresql_where=sa.text('remind_at is not null'))
        batch_op.drop_index('ix_appointment_operator')
        batch_op.drop_index('ix_appointment_entity')
        batch_op.drop_index(batch_op.f('ix_appointment_attendance_id'))

    op.drop_table('appointment')
    with op.batch_alter_table('order_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_order_item_product_id'))
        batch_op.drop_index(batch_op.f('ix_order_item_order_id'))

    op.drop_table('order_item')
    with op.batch_alter_table('invoice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_invoice_order_id'))
        batch_op.drop_index('ix_invoice_entity')
        batch_op.drop_index('ix_invoice_company')

    op.drop_table('invoice')
    with op.batch_alter_table('webhook_delivery', schema=None) as batch_op:
        batch_op.drop_index('ix_webhook_delivery_webhook')
        batch_op.drop_index('ix_webhook_delivery_due')

    op.drop_table('webhook_delivery')
    with op.batch_alter_table('sales_order', schema=None) as batch_op:
        batch_op.drop_index('ix_sales_order_entity')
        batch_op.drop_index('ix_sales_order_company')

    op.drop_table('sales_order')
    with op.batch_alter_table('product_information', schema=None) as batch_op:
        batch_op.drop_index('uq_product_information_title', sqlite_where=sa.text('occurrence_id is not null'), postgresql_where=sa.text('occurrence_id is not null'))
        batch_op.drop_index('uq_product_information_motive_title', sqlite_where=sa.text('occurrence_id is null'), postgresql_where=sa.text('occurrence_id is null'))
        batch_op.drop_index('ix_product_information_occurrence')
        batch_op.drop_index('ix_product_information_motive')

    op.drop_table('product_information')
    with op.batch_alter_table('not_duplicate', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_not_duplicate_second_id'))

    op.drop_table('not_duplicate')
    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_alert_priority_id'))
        batch_op.drop_index('ix_alert_entity')

    op.drop_table('alert')
    with op.batch_alter_table('webhook', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_webhook_name_key'))
        batch_op.drop_index(batch_op.f('ix_webhook_company_id'))

    op.drop_table('webhook')
    with op.batch_alter_table('saved_view', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_saved_view_name_key'))

    op.drop_table('saved_view')
    with op.batch_alter_table('merge', schema=None) as batch_op:
        batch_op.drop_index('ix_merge_merged')
        batch_op.drop_index('ix_merge_kept')

    op.drop_table('merge')
    op.drop_table('list_preference')
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_index('ix_job_user')
        batch_op.drop_index('ix_job_state')
        batch_op.drop_index('ix_job_created')

    op.drop_table('job')
    with op.batch_alter_table('api_token', schema=None) as batch_op:
        batch_op.drop_index('ix_api_token_user')

    op.drop_table('api_token')
    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_product_name_key'))

    op.drop_table('product')
    with op.batch_alter_table('label', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_label_name_key'))

    op.drop_table('label')
    with op.batch_alter_table('email_template', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_email_template_name_key'))

    op.drop_table('email_template')
    with op.batch_alter_table('alert_priority', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_alert_priority_name_key'))

    op.drop_table('alert_priority')
