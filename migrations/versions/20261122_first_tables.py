"""first tables.

There is no release before it.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_first"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feeds",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'team', 'venue')", name=op.f("ck_feeds_kind_word")),
        sa.CheckConstraint("generation > 0", name=op.f("ck_feeds_generation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("kind", "subject_id", name=op.f("uq_feeds_kind_subject_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "history",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("noun", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("previous_sha256", sa.String(length=64), nullable=False),
        sa.Column("entry_sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(actor) <= 60", name=op.f("ck_history_actor_length")),
        sa.CheckConstraint("length(entry_sha256) <= 64", name=op.f("ck_history_entry_sha256_length")),
        sa.CheckConstraint("length(event) <= 60", name=op.f("ck_history_event_length")),
        sa.CheckConstraint("length(noun) <= 40", name=op.f("ck_history_noun_length")),
        sa.CheckConstraint("length(previous_sha256) <= 64", name=op.f("ck_history_previous_sha256_length")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_history")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_history_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_history_event"), ["event"], unique=False)
        batch_op.create_index("ix_history_noun_subject_id", ["noun", "subject_id"], unique=False)

    op.create_table(
        "history_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("entry_sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(entry_sha256) <= 64", name=op.f("ck_history_head_entry_sha256_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_head")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_sha256", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(actor) <= 40", name=op.f("ck_idempotency_keys_actor_length")),
        sa.CheckConstraint("length(key) <= 200", name=op.f("ck_idempotency_keys_key_length")),
        sa.CheckConstraint("length(request_sha256) <= 64", name=op.f("ck_idempotency_keys_request_sha256_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_keys")),
        sa.UniqueConstraint("actor", "key", name=op.f("uq_idempotency_keys_actor_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_keys_created_at"), ["created_at"], unique=False)

    op.create_table(
        "import_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_count", sa.Integer(), nullable=False),
        sa.Column("changed_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('orgs', 'teams', 'people', 'venues')", name=op.f("ck_import_batches_kind_word")),
        sa.CheckConstraint("length(file_name) <= 120", name=op.f("ck_import_batches_file_name_length")),
        sa.CheckConstraint("length(sha256) <= 64", name=op.f("ck_import_batches_sha256_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batches")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "orgs",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("sort_key", sa.String(length=120), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("credit_code", sa.String(length=18), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("host_kind", sa.String(32), nullable=True),
        sa.Column("division_code", sa.String(length=12), nullable=True),
        sa.Column("jurisdiction", sa.String(length=100), nullable=True),
        sa.Column("contact_name", sa.String(length=60), nullable=True),
        sa.Column("contact_phone", sa.String(length=32), nullable=True),
        sa.Column("contact_email", sa.String(length=254), nullable=True),
        sa.Column("valid_from_on", sa.Date(), nullable=False),
        sa.Column("valid_until_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "host_kind IN ('office', 'town', 'subdistrict', 'community', 'school', 'enterprise', 'workshop', 'work_team')",
            name=op.f("ck_orgs_host_kind_word"),
        ),
        sa.CheckConstraint(
            "kind IN ('union', 'government', 'company', 'institution', 'community', 'other')",
            name=op.f("ck_orgs_kind_word"),
        ),
        sa.CheckConstraint("length(code) <= 40", name=op.f("ck_orgs_code_length")),
        sa.CheckConstraint("length(contact_email) <= 254", name=op.f("ck_orgs_contact_email_length")),
        sa.CheckConstraint("length(contact_name) <= 60", name=op.f("ck_orgs_contact_name_length")),
        sa.CheckConstraint("length(contact_phone) <= 32", name=op.f("ck_orgs_contact_phone_length")),
        sa.CheckConstraint("length(credit_code) <= 18", name=op.f("ck_orgs_credit_code_length")),
        sa.CheckConstraint("length(division_code) <= 12", name=op.f("ck_orgs_division_code_length")),
        sa.CheckConstraint("length(jurisdiction) <= 100", name=op.f("ck_orgs_jurisdiction_length")),
        sa.CheckConstraint("length(name) <= 100", name=op.f("ck_orgs_name_length")),
        sa.CheckConstraint("length(sort_key) <= 120", name=op.f("ck_orgs_sort_key_length")),
        sa.CheckConstraint("valid_until_on IS NULL OR valid_until_on > valid_from_on", name=op.f("ck_orgs_validity")),
        sa.ForeignKeyConstraint(["parent_id"], ["orgs.id"], name=op.f("fk_orgs_parent_id_orgs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orgs")),
        sa.UniqueConstraint("code", name=op.f("uq_orgs_code")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("orgs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_orgs_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_orgs_sort_key"), ["sort_key"], unique=False)

    op.create_table(
        "programmes",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("valid_until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("length(code) <= 40", name=op.f("ck_programmes_code_length")),
        sa.CheckConstraint("length(name) <= 100", name=op.f("ck_programmes_name_length")),
        sa.CheckConstraint("length(name_en) <= 100", name=op.f("ck_programmes_name_en_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programmes")),
        sa.UniqueConstraint("code", name=op.f("uq_programmes_code")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "ref_counters",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_ref_counters")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "reminder_plans",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("activity_kind", sa.String(32), nullable=True),
        sa.Column("role", sa.String(32), nullable=True),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("lateness_minutes", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "activity_kind IN ('lecture', 'service', 'contest', 'job_fair', 'childcare', 'culture', 'rights', 'relief', 'meeting')",
            name=op.f("ck_reminder_plans_activity_kind_word"),
        ),
        sa.CheckConstraint(
            "kind IN ('reminder', 'close_activity', 'chase', 'call', 'reconfirm', 'digest')",
            name=op.f("ck_reminder_plans_kind_word"),
        ),
        sa.CheckConstraint(
            "role IN ('cadre_lead', 'model_demo', 'worker_exchange', 'host', 'reception', 'volunteer', 'driver', 'duty')",
            name=op.f("ck_reminder_plans_role_word"),
        ),
        sa.CheckConstraint(
            "lateness_minutes IS NULL OR lateness_minutes BETWEEN 1 AND 43200", name=op.f("ck_reminder_plans_lateness")
        ),
        sa.CheckConstraint("length(rule) <= 60", name=op.f("ck_reminder_plans_rule_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_plans")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("reminder_plans", schema=None) as batch_op:
        batch_op.create_index("ix_reminder_plans_kind", ["kind", "activity_kind", "role"], unique=False)

    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bucket_sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(bucket_sha256) <= 64", name=op.f("ck_sign_in_attempts_bucket_sha256_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_attempts_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_attempts_bucket_sha256"), ["bucket_sha256"], unique=False)

    op.create_table(
        "topics",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("length_minutes", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=100), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("valid_until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("length(audience) <= 100", name=op.f("ck_topics_audience_length")),
        sa.CheckConstraint("length(title) <= 100", name=op.f("ck_topics_title_length")),
        sa.CheckConstraint("length_minutes BETWEEN 1 AND 1440", name=op.f("ck_topics_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topics")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "workers",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lag_seconds", sa.Float(), nullable=False),
        sa.Column("backlog_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(id) <= 64", name=op.f("ck_workers_id_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
    )
    with op.batch_alter_table("workers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_workers_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "import_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(noun) <= 40", name=op.f("ck_import_rows_noun_length")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batches.id"], name=op.f("fk_import_rows_batch_id_import_batches")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_rows")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("import_rows", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_rows_batch_id"), ["batch_id"], unique=False)

    op.create_table(
        "people",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("sort_key", sa.String(length=120), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("employer_org_id", sa.Integer(), nullable=True),
        sa.Column("answers_through_id", sa.Integer(), nullable=True),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("wants_digest", sa.Boolean(), nullable=False),
        sa.Column("quiet_hours", sa.String(length=20), nullable=True),
        sa.Column("day_limit", sa.Integer(), nullable=True),
        sa.Column("week_limit", sa.Integer(), nullable=True),
        sa.CheckConstraint("day_limit IS NULL OR day_limit BETWEEN 1 AND 24", name=op.f("ck_people_day_limit")),
        sa.CheckConstraint("length(code) <= 40", name=op.f("ck_people_code_length")),
        sa.CheckConstraint("length(email) <= 254", name=op.f("ck_people_email_length")),
        sa.CheckConstraint("length(locale) <= 8", name=op.f("ck_people_locale_length")),
        sa.CheckConstraint("length(name) <= 60", name=op.f("ck_people_name_length")),
        sa.CheckConstraint("length(phone) <= 32", name=op.f("ck_people_phone_length")),
        sa.CheckConstraint("length(quiet_hours) <= 20", name=op.f("ck_people_quiet_hours_length")),
        sa.CheckConstraint("length(sort_key) <= 120", name=op.f("ck_people_sort_key_length")),
        sa.CheckConstraint("week_limit IS NULL OR week_limit BETWEEN 1 AND 168", name=op.f("ck_people_week_limit")),
        sa.ForeignKeyConstraint(
            ["answers_through_id"], ["people.id"], name=op.f("fk_people_answers_through_id_people")
        ),
        sa.ForeignKeyConstraint(["employer_org_id"], ["orgs.id"], name=op.f("fk_people_employer_org_id_orgs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("code", name=op.f("uq_people_code")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_answers_through_id"), ["answers_through_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_employer_org_id"), ["employer_org_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_sort_key"), ["sort_key"], unique=False)

    op.create_table(
        "teams",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("org_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("sort_key", sa.String(length=120), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("valid_from_on", sa.Date(), nullable=False),
        sa.Column("valid_until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("kind IN ('headquarters', 'squad', 'unit')", name=op.f("ck_teams_kind_word")),
        sa.CheckConstraint("length(code) <= 40", name=op.f("ck_teams_code_length")),
        sa.CheckConstraint("length(name) <= 100", name=op.f("ck_teams_name_length")),
        sa.CheckConstraint("length(sort_key) <= 120", name=op.f("ck_teams_sort_key_length")),
        sa.CheckConstraint("valid_until_on IS NULL OR valid_until_on > valid_from_on", name=op.f("ck_teams_validity")),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_teams_org_id_orgs")),
        sa.ForeignKeyConstraint(["parent_id"], ["teams.id"], name=op.f("fk_teams_parent_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("code", name=op.f("uq_teams_code")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("teams", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_teams_org_id"), ["org_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_teams_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_teams_sort_key"), ["sort_key"], unique=False)

    op.create_table(
        "venues",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("sort_key", sa.String(length=120), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=True),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("datum", sa.String(32), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("equipment", sa.String(length=200), nullable=False),
        sa.Column("set_up_minutes", sa.Integer(), nullable=False),
        sa.Column("tear_down_minutes", sa.Integer(), nullable=False),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("holiday_rule", sa.String(32), nullable=False),
        sa.Column("shortest_minutes", sa.Integer(), nullable=False),
        sa.Column("longest_minutes", sa.Integer(), nullable=False),
        sa.Column("notice_minutes", sa.Integer(), nullable=False),
        sa.Column("notice_workdays", sa.Integer(), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        sa.Column("team_quota", sa.Integer(), nullable=True),
        sa.Column("quota_period", sa.String(32), nullable=True),
        sa.Column("hold_minutes", sa.Integer(), nullable=False),
        sa.Column("no_show_minutes", sa.Integer(), nullable=True),
        sa.Column("contact_name", sa.String(length=60), nullable=True),
        sa.Column("contact_phone", sa.String(length=32), nullable=True),
        sa.Column("contact_email", sa.String(length=254), nullable=True),
        sa.Column("access_kind", sa.String(32), nullable=False),
        sa.Column("access_note", sa.String(length=200), nullable=False),
        sa.Column("access_code", sa.String(length=40), nullable=True),
        sa.Column("valid_from_on", sa.Date(), nullable=False),
        sa.Column("valid_until_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "access_kind IN ('unlocked', 'key', 'code', 'staff')", name=op.f("ck_venues_access_kind_word")
        ),
        sa.CheckConstraint("datum IN ('wgs84', 'gcj02', 'bd09')", name=op.f("ck_venues_datum_word")),
        sa.CheckConstraint(
            "holiday_rule IN ('by_weekday', 'working_calendar')", name=op.f("ck_venues_holiday_rule_word")
        ),
        sa.CheckConstraint(
            "kind IN ('office', 'town', 'subdistrict', 'community', 'school', 'enterprise', 'workshop', 'work_team')",
            name=op.f("ck_venues_kind_word"),
        ),
        sa.CheckConstraint("quota_period IN ('week', 'month')", name=op.f("ck_venues_quota_period_word")),
        sa.CheckConstraint("(lat IS NULL) = (lon IS NULL)", name=op.f("ck_venues_place")),
        sa.CheckConstraint("(team_quota IS NULL) = (quota_period IS NULL)", name=op.f("ck_venues_quota")),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_venues_capacity")),
        sa.CheckConstraint("hold_minutes BETWEEN 5 AND 43200", name=op.f("ck_venues_hold")),
        sa.CheckConstraint("horizon_days BETWEEN 1 AND 731", name=op.f("ck_venues_horizon")),
        sa.CheckConstraint("lat IS NULL OR (lat BETWEEN -90 AND 90)", name=op.f("ck_venues_lat")),
        sa.CheckConstraint("length(access_code) <= 40", name=op.f("ck_venues_access_code_length")),
        sa.CheckConstraint("length(access_note) <= 200", name=op.f("ck_venues_access_note_length")),
        sa.CheckConstraint("length(address) <= 200", name=op.f("ck_venues_address_length")),
        sa.CheckConstraint("length(code) <= 40", name=op.f("ck_venues_code_length")),
        sa.CheckConstraint("length(contact_email) <= 254", name=op.f("ck_venues_contact_email_length")),
        sa.CheckConstraint("length(contact_name) <= 60", name=op.f("ck_venues_contact_name_length")),
        sa.CheckConstraint("length(contact_phone) <= 32", name=op.f("ck_venues_contact_phone_length")),
        sa.CheckConstraint("length(division_code) <= 12", name=op.f("ck_venues_division_code_length")),
        sa.CheckConstraint("length(equipment) <= 200", name=op.f("ck_venues_equipment_length")),
        sa.CheckConstraint("length(name) <= 100", name=op.f("ck_venues_name_length")),
        sa.CheckConstraint("length(sort_key) <= 120", name=op.f("ck_venues_sort_key_length")),
        sa.CheckConstraint("length(zone) <= 40", name=op.f("ck_venues_zone_length")),
        sa.CheckConstraint("lon IS NULL OR (lon BETWEEN -180 AND 180)", name=op.f("ck_venues_lon")),
        sa.CheckConstraint("longest_minutes BETWEEN shortest_minutes AND 44640", name=op.f("ck_venues_longest")),
        sa.CheckConstraint(
            "no_show_minutes IS NULL OR no_show_minutes BETWEEN 10 AND 1440", name=op.f("ck_venues_no_show")
        ),
        sa.CheckConstraint("notice_minutes BETWEEN 0 AND 525600", name=op.f("ck_venues_notice")),
        sa.CheckConstraint("notice_workdays BETWEEN 0 AND 60", name=op.f("ck_venues_notice_workdays")),
        sa.CheckConstraint("set_up_minutes BETWEEN 0 AND 1440", name=op.f("ck_venues_set_up")),
        sa.CheckConstraint("shortest_minutes BETWEEN 5 AND 1440", name=op.f("ck_venues_shortest")),
        sa.CheckConstraint("team_quota IS NULL OR team_quota > 0", name=op.f("ck_venues_team_quota")),
        sa.CheckConstraint("tear_down_minutes BETWEEN 0 AND 1440", name=op.f("ck_venues_tear_down")),
        sa.CheckConstraint("valid_until_on IS NULL OR valid_until_on > valid_from_on", name=op.f("ck_venues_validity")),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_venues_org_id_orgs")),
        sa.ForeignKeyConstraint(["parent_id"], ["venues.id"], name=op.f("fk_venues_parent_id_venues")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venues")),
        sa.UniqueConstraint("code", name=op.f("uq_venues_code")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("venues", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_venues_org_id"), ["org_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_venues_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_venues_sort_key"), ["sort_key"], unique=False)

    op.create_table(
        "channel_endpoints",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.String(length=200), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("fault", sa.String(length=300), nullable=False),
        sa.CheckConstraint("channel <> 'mail'", name=op.f("ck_channel_endpoints_channel_other")),
        sa.CheckConstraint(
            "channel IN ('mail', 'sms', 'wecom', 'dingtalk', 'feishu', 'webhook')",
            name=op.f("ck_channel_endpoints_channel_word"),
        ),
        sa.CheckConstraint("length(fault) <= 300", name=op.f("ck_channel_endpoints_fault_length")),
        sa.CheckConstraint("length(name) <= 60", name=op.f("ck_channel_endpoints_name_length")),
        sa.CheckConstraint("length(secret) <= 200", name=op.f("ck_channel_endpoints_secret_length")),
        sa.CheckConstraint("length(url) <= 500", name=op.f("ck_channel_endpoints_url_length")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_channel_endpoints_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_endpoints")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("channel_endpoints", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_channel_endpoints_team_id"), ["team_id"], unique=False)

    op.create_table(
        "memberships",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("valid_from_on", sa.Date(), nullable=False),
        sa.Column("valid_until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("role IN ('leader', 'member')", name=op.f("ck_memberships_role_word")),
        sa.CheckConstraint(
            "valid_until_on IS NULL OR valid_until_on > valid_from_on", name=op.f("ck_memberships_validity")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_memberships_person_id_people")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_memberships_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_memberships_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_memberships_team_id"), ["team_id"], unique=False)

    op.create_table(
        "opt_outs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "channel IN ('mail', 'sms', 'wecom', 'dingtalk', 'feishu', 'webhook')",
            name=op.f("ck_opt_outs_channel_word"),
        ),
        sa.CheckConstraint(
            "kind IN ('call_up', 'reminder', 'changed', 'cancelled', 'answer_received', 'close_activity', 'sign_in', 'booking_asked', 'booking_decided', 'booking_ended', 'no_show', 'chase', 'reconfirm', 'broadcast', 'stand_in', 'digest', 'place_offered')",
            name=op.f("ck_opt_outs_kind_word"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_opt_outs_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opt_outs")),
        sa.UniqueConstraint("person_id", "kind", "channel", name=op.f("uq_opt_outs_person_id_kind_channel")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "outside_calendars",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("etag", sa.String(length=200), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fault", sa.String(length=200), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(etag) <= 200", name=op.f("ck_outside_calendars_etag_length")),
        sa.CheckConstraint("length(fault) <= 200", name=op.f("ck_outside_calendars_fault_length")),
        sa.CheckConstraint("length(url) <= 500", name=op.f("ck_outside_calendars_url_length")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_outside_calendars_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_calendars")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("outside_calendars", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outside_calendars_next_read_at"), ["next_read_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_outside_calendars_person_id"), ["person_id"], unique=False)

    op.create_table(
        "person_traits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("value", sa.String(length=60), nullable=False),
        sa.CheckConstraint("kind IN ('honour', 'role', 'skill', 'language')", name=op.f("ck_person_traits_kind_word")),
        sa.CheckConstraint("length(value) <= 60", name=op.f("ck_person_traits_value_length")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_person_traits_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_traits")),
        sa.UniqueConstraint("person_id", "kind", "value", name=op.f("uq_person_traits_person_id_kind_value")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("person_traits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_traits_person_id"), ["person_id"], unique=False)

    op.create_table(
        "resources",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(kind = 'person') = (person_id IS NOT NULL)", name=op.f("ck_resources_person")),
        sa.CheckConstraint(
            "kind IN ('venue_part', 'person', 'equipment', 'vehicle')", name=op.f("ck_resources_kind_word")
        ),
        sa.CheckConstraint("length(name) <= 100", name=op.f("ck_resources_name_length")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_resources_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resources")),
        sa.UniqueConstraint("person_id", name=op.f("uq_resources_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "team_ancestry",
        sa.Column("ancestor_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ancestor_id"], ["teams.id"], name=op.f("fk_team_ancestry_ancestor_id_teams")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_team_ancestry_team_id_teams")),
        sa.PrimaryKeyConstraint("ancestor_id", "team_id", name=op.f("pk_team_ancestry")),
    )
    with op.batch_alter_table("team_ancestry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_ancestry_team_id"), ["team_id"], unique=False)

    op.create_table(
        "tours",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("aim", sa.String(length=500), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'released', 'finished', 'cancelled')", name=op.f("ck_tours_state_word")),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_tours_days")),
        sa.CheckConstraint("length(aim) <= 500", name=op.f("ck_tours_aim_length")),
        sa.CheckConstraint("length(name) <= 100", name=op.f("ck_tours_name_length")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_tours_programme_id_programmes")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_tours_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tours")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("tours", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tours_programme_id"), ["programme_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tours_team_id"), ["team_id"], unique=False)

    op.create_table(
        "users",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("length(email) <= 254", name=op.f("ck_users_email_length")),
        sa.CheckConstraint("length(locale) <= 8", name=op.f("ck_users_locale_length")),
        sa.CheckConstraint("length(name) <= 60", name=op.f("ck_users_name_length")),
        sa.CheckConstraint("length(password_hash) <= 200", name=op.f("ck_users_password_hash_length")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_users_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_users_person_id"), ["person_id"], unique=False)

    op.create_table(
        "venue_days",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("opens_minute", sa.Integer(), nullable=True),
        sa.Column("closes_minute", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint("(opens_minute IS NULL) = (closes_minute IS NULL)", name=op.f("ck_venue_days_open")),
        sa.CheckConstraint("length(note) <= 200", name=op.f("ck_venue_days_note_length")),
        sa.CheckConstraint(
            "opens_minute IS NULL OR (opens_minute >= 0 AND closes_minute <= 1440 AND closes_minute > opens_minute)",
            name=op.f("ck_venue_days_span"),
        ),
        sa.CheckConstraint("until_on > from_on", name=op.f("ck_venue_days_days")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_venue_days_venue_id_venues")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue_days")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("venue_days", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_venue_days_venue_id"), ["venue_id"], unique=False)

    op.create_table(
        "venue_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens_minute", sa.Integer(), nullable=False),
        sa.Column("closes_minute", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "opens_minute >= 0 AND closes_minute <= 1440 AND closes_minute > opens_minute",
            name=op.f("ck_venue_hours_span"),
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_venue_hours_weekday")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_venue_hours_venue_id_venues")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue_hours")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("venue_hours", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_venue_hours_venue_id"), ["venue_id"], unique=False)

    op.create_table(
        "venue_layouts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("layout", sa.String(32), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "layout IN ('theatre', 'classroom', 'boardroom', 'u_shape', 'banquet', 'standing')",
            name=op.f("ck_venue_layouts_layout_word"),
        ),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_venue_layouts_capacity")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_venue_layouts_venue_id_venues")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue_layouts")),
        sa.UniqueConstraint("venue_id", "layout", name=op.f("uq_venue_layouts_venue_id_layout")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "venue_rights",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.CheckConstraint("kind IN ('book', 'request', 'approve')", name=op.f("ck_venue_rights_kind_word")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_venue_rights_team_id_teams")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_venue_rights_venue_id_venues")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue_rights")),
        sa.UniqueConstraint("venue_id", "team_id", "kind", name=op.f("uq_venue_rights_venue_id_team_id_kind")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("venue_rights", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_venue_rights_team_id"), ["team_id"], unique=False)

    op.create_table(
        "absences",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("by_user_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('unavailable', 'other_organisation')", name=op.f("ck_absences_kind_word")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_absences_window")),
        sa.CheckConstraint("length(note) <= 200", name=op.f("ck_absences_note_length")),
        sa.ForeignKeyConstraint(["by_user_id"], ["users.id"], name=op.f("fk_absences_by_user_id_users")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_absences_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.create_index("ix_absences_person_id_ends_at", ["person_id", "ends_at"], unique=False)

    op.create_table(
        "activities",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=20), nullable=False),
        sa.Column("uid", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("description", sa.String(length=2000), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=True),
        sa.Column("host_org_id", sa.Integer(), nullable=True),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("organiser_id", sa.Integer(), nullable=True),
        sa.Column("reconfirm_days", sa.Integer(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("layout", sa.String(32), nullable=True),
        sa.Column("equipment", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("schedule_rev", sa.Integer(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('lecture', 'service', 'contest', 'job_fair', 'childcare', 'culture', 'rights', 'relief', 'meeting')",
            name=op.f("ck_activities_kind_word"),
        ),
        sa.CheckConstraint(
            "layout IN ('theatre', 'classroom', 'boardroom', 'u_shape', 'banquet', 'standing')",
            name=op.f("ck_activities_layout_word"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'released', 'postponed', 'held', 'closed', 'cancelled')",
            name=op.f("ck_activities_state_word"),
        ),
        sa.CheckConstraint("capacity IS NULL OR capacity > 0", name=op.f("ck_activities_capacity")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_activities_window")),
        sa.CheckConstraint("length(description) <= 2000", name=op.f("ck_activities_description_length")),
        sa.CheckConstraint("length(equipment) <= 200", name=op.f("ck_activities_equipment_length")),
        sa.CheckConstraint("length(reason) <= 500", name=op.f("ck_activities_reason_length")),
        sa.CheckConstraint("length(ref) <= 20", name=op.f("ck_activities_ref_length")),
        sa.CheckConstraint("length(title) <= 120", name=op.f("ck_activities_title_length")),
        sa.CheckConstraint("length(uid) <= 80", name=op.f("ck_activities_uid_length")),
        sa.CheckConstraint("length(zone) <= 40", name=op.f("ck_activities_zone_length")),
        sa.CheckConstraint(
            "reconfirm_days IS NULL OR reconfirm_days BETWEEN 1 AND 60", name=op.f("ck_activities_reconfirm")
        ),
        sa.ForeignKeyConstraint(["host_org_id"], ["orgs.id"], name=op.f("fk_activities_host_org_id_orgs")),
        sa.ForeignKeyConstraint(["organiser_id"], ["users.id"], name=op.f("fk_activities_organiser_id_users")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_activities_programme_id_programmes")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_activities_team_id_teams")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_activities_topic_id_topics")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_activities_venue_id_venues")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activities")),
        sa.UniqueConstraint("ref", name=op.f("uq_activities_ref")),
        sa.UniqueConstraint("uid", name=op.f("uq_activities_uid")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("activities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_activities_host_org_id"), ["host_org_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_activities_organiser_id"), ["organiser_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_activities_programme_id"), ["programme_id"], unique=False)
        batch_op.create_index("ix_activities_starts_at_state", ["starts_at", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_activities_team_id"), ["team_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_activities_topic_id"), ["topic_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_activities_venue_id"), ["venue_id"], unique=False)

    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(token_sha256) <= 64", name=op.f("ck_api_tokens_token_sha256_length")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_api_tokens_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_api_tokens_token_sha256")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("api_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_tokens_user_id"), ["user_id"], unique=False)

    op.create_table(
        "booking_series",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("rrule", sa.String(length=300), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_up_minutes", sa.Integer(), nullable=False),
        sa.Column("tear_down_minutes", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("people_count", sa.Integer(), nullable=True),
        sa.Column("layout", sa.String(32), nullable=True),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "layout IN ('theatre', 'classroom', 'boardroom', 'u_shape', 'banquet', 'standing')",
            name=op.f("ck_booking_series_layout_word"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_booking_series_window")),
        sa.CheckConstraint("length(purpose) <= 200", name=op.f("ck_booking_series_purpose_length")),
        sa.CheckConstraint("length(rrule) <= 300", name=op.f("ck_booking_series_rrule_length")),
        sa.CheckConstraint("people_count IS NULL OR people_count > 0", name=op.f("ck_booking_series_people_count")),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["users.id"], name=op.f("fk_booking_series_requested_by_id_users")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_booking_series_team_id_teams")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_booking_series_venue_id_venues")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_series")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("booking_series", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_booking_series_venue_id"), ["venue_id"], unique=False)

    op.create_table(
        "equipment",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("sort_key", sa.String(length=120), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("org_id", sa.Integer(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("kept_at", sa.String(length=200), nullable=False),
        sa.Column("valid_from_on", sa.Date(), nullable=False),
        sa.Column("valid_until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("kind IN ('device', 'vehicle')", name=op.f("ck_equipment_kind_word")),
        sa.CheckConstraint("length(code) <= 40", name=op.f("ck_equipment_code_length")),
        sa.CheckConstraint("length(kept_at) <= 200", name=op.f("ck_equipment_kept_at_length")),
        sa.CheckConstraint("length(name) <= 60", name=op.f("ck_equipment_name_length")),
        sa.CheckConstraint("length(sort_key) <= 120", name=op.f("ck_equipment_sort_key_length")),
        sa.CheckConstraint("seats IS NULL OR seats > 0", name=op.f("ck_equipment_seats")),
        sa.CheckConstraint(
            "valid_until_on IS NULL OR valid_until_on > valid_from_on", name=op.f("ck_equipment_validity")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_equipment_org_id_orgs")),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("fk_equipment_resource_id_resources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment")),
        sa.UniqueConstraint("code", name=op.f("uq_equipment_code")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("equipment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_equipment_org_id"), ["org_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_equipment_resource_id"), ["resource_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_equipment_sort_key"), ["sort_key"], unique=False)

    op.create_table(
        "sign_in_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(token_sha256) <= 64", name=op.f("ck_sign_in_links_token_sha256_length")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_in_links_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_links")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_sign_in_links_token_sha256")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sign_in_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_links_user_id"), ["user_id"], unique=False)

    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("csrf_token", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(csrf_token) <= 64", name=op.f("ck_sign_ins_csrf_token_length")),
        sa.CheckConstraint("length(token_sha256) <= 64", name=op.f("ck_sign_ins_token_sha256_length")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_ins_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_sign_ins_token_sha256")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_ins_user_id"), ["user_id"], unique=False)

    op.create_table(
        "user_grants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "role IN ('administrator', 'organiser', 'leader', 'member', 'auditor')",
            name=op.f("ck_user_grants_role_word"),
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_user_grants_team_id_teams")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_grants_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_grants")),
        sa.UniqueConstraint("user_id", "role", "team_id", name=op.f("uq_user_grants_user_id_role_team_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("user_grants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_grants_team_id"), ["team_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_user_grants_user_id"), ["user_id"], unique=False)

    op.create_table(
        "venue_resources",
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resources.id"], name=op.f("fk_venue_resources_resource_id_resources")
        ),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_venue_resources_venue_id_venues")),
        sa.PrimaryKeyConstraint("venue_id", "resource_id", name=op.f("pk_venue_resources")),
    )
    with op.batch_alter_table("venue_resources", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_venue_resources_resource_id"), ["resource_id"], unique=False)

    op.create_table(
        "assignments",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reconfirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overridden", sa.String(length=200), nullable=False),
        sa.Column("override_reason", sa.String(length=500), nullable=False),
        sa.Column("replaced_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "role IN ('cadre_lead', 'model_demo', 'worker_exchange', 'host', 'reception', 'volunteer', 'driver', 'duty')",
            name=op.f("ck_assignments_role_word"),
        ),
        sa.CheckConstraint(
            "state IN ('offered', 'accepted', 'declined', 'replaced', 'withdrawn', 'served')",
            name=op.f("ck_assignments_state_word"),
        ),
        sa.CheckConstraint("length(overridden) <= 200", name=op.f("ck_assignments_overridden_length")),
        sa.CheckConstraint("length(override_reason) <= 500", name=op.f("ck_assignments_override_reason_length")),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_assignments_activity_id_activities")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_assignments_person_id_people")),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["assignments.id"], name=op.f("fk_assignments_replaced_by_id_assignments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint("activity_id", "person_id", name=op.f("uq_assignments_activity_id_person_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.create_index("ix_assignments_person_id_state", ["person_id", "state"], unique=False)

    op.create_table(
        "attendances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_attendances_direction_word")),
        sa.CheckConstraint(
            "source IN ('scan', 'roll_call', 'paper', 'link', 'imported')", name=op.f("ck_attendances_source_word")
        ),
        sa.CheckConstraint("length(nonce) <= 64", name=op.f("ck_attendances_nonce_length")),
        sa.CheckConstraint("length(reason) <= 500", name=op.f("ck_attendances_reason_length")),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_attendances_activity_id_activities")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_attendances_person_id_people")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_attendances_recorded_by_id_users")),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["attendances.id"], name=op.f("fk_attendances_reverses_id_attendances")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendances")),
        sa.UniqueConstraint("activity_id", "nonce", name=op.f("uq_attendances_activity_id_nonce")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_attendances_reverses_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.create_index("ix_attendances_activity_id_person_id", ["activity_id", "person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendances_person_id"), ["person_id"], unique=False)

    op.create_table(
        "bookings",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_up_minutes", sa.Integer(), nullable=False),
        sa.Column("tear_down_minutes", sa.Integer(), nullable=False),
        sa.Column("occupied_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occupied_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("people_count", sa.Integer(), nullable=True),
        sa.Column("layout", sa.String(32), nullable=True),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("override_reason", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "layout IN ('theatre', 'classroom', 'boardroom', 'u_shape', 'banquet', 'standing')",
            name=op.f("ck_bookings_layout_word"),
        ),
        sa.CheckConstraint("state <> 'held' OR held_until IS NOT NULL", name=op.f("ck_bookings_held_until")),
        sa.CheckConstraint(
            "state IN ('requested', 'held', 'confirmed', 'declined', 'cancelled', 'used', 'released')",
            name=op.f("ck_bookings_state_word"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_bookings_window")),
        sa.CheckConstraint("length(override_reason) <= 500", name=op.f("ck_bookings_override_reason_length")),
        sa.CheckConstraint("length(purpose) <= 200", name=op.f("ck_bookings_purpose_length")),
        sa.CheckConstraint("length(reason) <= 500", name=op.f("ck_bookings_reason_length")),
        sa.CheckConstraint(
            "occupied_from <= starts_at AND occupied_until >= ends_at", name=op.f("ck_bookings_occupied")
        ),
        sa.CheckConstraint("people_count IS NULL OR people_count > 0", name=op.f("ck_bookings_people_count")),
        sa.CheckConstraint("set_up_minutes BETWEEN 0 AND 1440", name=op.f("ck_bookings_set_up")),
        sa.CheckConstraint("tear_down_minutes BETWEEN 0 AND 1440", name=op.f("ck_bookings_tear_down")),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_bookings_activity_id_activities")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_bookings_decided_by_id_users")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["users.id"], name=op.f("fk_bookings_requested_by_id_users")),
        sa.ForeignKeyConstraint(
            ["series_id"], ["booking_series.id"], name=op.f("fk_bookings_series_id_booking_series")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_bookings_team_id_teams")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_bookings_venue_id_venues")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("bookings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bookings_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(
            "ix_bookings_confirmed_starts_at",
            ["starts_at"],
            unique=False,
            sqlite_where=sa.text("state = 'confirmed'"),
            postgresql_where=sa.text("state = 'confirmed'"),
        )
        batch_op.create_index(
            "ix_bookings_held_until",
            ["held_until"],
            unique=False,
            sqlite_where=sa.text("state = 'held'"),
            postgresql_where=sa.text("state = 'held'"),
        )
        batch_op.create_index(
            "ix_bookings_requested_venue_until",
            ["venue_id", "occupied_until"],
            unique=False,
            sqlite_where=sa.text("state = 'requested'"),
            postgresql_where=sa.text("state = 'requested'"),
        )
        batch_op.create_index(batch_op.f("ix_bookings_series_id"), ["series_id"], unique=False)
        batch_op.create_index("ix_bookings_venue_until", ["venue_id", "occupied_until"], unique=False)

    op.create_table(
        "broadcasts",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("person_ids", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("body", sa.String(length=2000), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("release_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("people_count", sa.Integer(), nullable=False),
        sa.Column("by_user_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'undone', 'sent')", name=op.f("ck_broadcasts_state_word")),
        sa.CheckConstraint("length(body) <= 2000", name=op.f("ck_broadcasts_body_length")),
        sa.CheckConstraint("length(subject) <= 120", name=op.f("ck_broadcasts_subject_length")),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_broadcasts_activity_id_activities")),
        sa.ForeignKeyConstraint(["by_user_id"], ["users.id"], name=op.f("fk_broadcasts_by_user_id_users")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_broadcasts_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("broadcasts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_broadcasts_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index("ix_broadcasts_next", ["state", "release_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_broadcasts_team_id"), ["team_id"], unique=False)

    op.create_table(
        "closings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("manifest_sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(manifest_sha256) <= 64", name=op.f("ck_closings_manifest_sha256_length")),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_closings_activity_id_activities")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["users.id"], name=op.f("fk_closings_signed_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closings")),
        sa.UniqueConstraint("activity_id", name=op.f("uq_closings_activity_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('sign_in_sheet', 'photo', 'certificate', 'other')", name=op.f("ck_evidence_kind_word")
        ),
        sa.CheckConstraint("length(file_name) <= 120", name=op.f("ck_evidence_file_name_length")),
        sa.CheckConstraint("length(media_type) <= 60", name=op.f("ck_evidence_media_type_length")),
        sa.CheckConstraint("length(sha256) <= 64", name=op.f("ck_evidence_sha256_length")),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_evidence_size")),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_evidence_activity_id_activities")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["users.id"], name=op.f("fk_evidence_uploaded_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("activity_id", "sha256", name=op.f("uq_evidence_activity_id_sha256")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "loans",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("equipment_id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("occupied_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occupied_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before_minutes", sa.Integer(), nullable=False),
        sa.Column("after_minutes", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("lent_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('lent', 'returned', 'cancelled')", name=op.f("ck_loans_state_word")),
        sa.CheckConstraint("occupied_until > occupied_from", name=op.f("ck_loans_window")),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_loans_activity_id_activities")),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.id"], name=op.f("fk_loans_equipment_id_equipment")),
        sa.ForeignKeyConstraint(["lent_by_id"], ["users.id"], name=op.f("fk_loans_lent_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loans")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("loans", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_loans_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index("ix_loans_equipment_until", ["equipment_id", "occupied_until"], unique=False)

    op.create_table(
        "stops",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tour_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("position > 0", name=op.f("ck_stops_position")),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_stops_activity_id_activities")),
        sa.ForeignKeyConstraint(["tour_id"], ["tours.id"], name=op.f("fk_stops_tour_id_tours")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stops")),
        sa.UniqueConstraint("activity_id", name=op.f("uq_stops_activity_id")),
        sa.UniqueConstraint("tour_id", "position", name=op.f("uq_stops_tour_id_position")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tallies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(32), nullable=False),
        sa.Column("counter", sa.String(length=60), nullable=False),
        sa.Column("second_counter", sa.String(length=60), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "method IN ('counter', 'roster', 'host_certified', 'estimate')", name=op.f("ck_tallies_method_word")
        ),
        sa.CheckConstraint("count > 0 AND count <= 1000000", name=op.f("ck_tallies_count")),
        sa.CheckConstraint("length(counter) <= 60", name=op.f("ck_tallies_counter_length")),
        sa.CheckConstraint("length(reason) <= 500", name=op.f("ck_tallies_reason_length")),
        sa.CheckConstraint("length(second_counter) <= 60", name=op.f("ck_tallies_second_counter_length")),
        sa.CheckConstraint("until_at > from_at", name=op.f("ck_tallies_window")),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_tallies_activity_id_activities")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_tallies_recorded_by_id_users")),
        sa.ForeignKeyConstraint(["reverses_id"], ["tallies.id"], name=op.f("fk_tallies_reverses_id_tallies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tallies")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_tallies_reverses_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("tallies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tallies_activity_id"), ["activity_id"], unique=False)

    op.create_table(
        "answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(32), nullable=False),
        sa.Column("via", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("nominee_id", sa.Integer(), nullable=True),
        sa.Column("by_user_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("via IN ('link', 'page', 'api', 'calendar', 'phone')", name=op.f("ck_answers_via_word")),
        sa.CheckConstraint("word IN ('yes', 'no')", name=op.f("ck_answers_word_word")),
        sa.CheckConstraint("length(reason) <= 500", name=op.f("ck_answers_reason_length")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_answers_assignment_id_assignments")
        ),
        sa.ForeignKeyConstraint(["by_user_id"], ["users.id"], name=op.f("fk_answers_by_user_id_users")),
        sa.ForeignKeyConstraint(["nominee_id"], ["people.id"], name=op.f("fk_answers_nominee_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answers_assignment_id"), ["assignment_id"], unique=False)

    op.create_table(
        "calls",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("leader_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("schedule_rev", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_user_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "reason IN ('no_answer', 'no_channel', 'bounced', 'reconfirm')", name=op.f("ck_calls_reason_word")
        ),
        sa.CheckConstraint("state IN ('open', 'done', 'void')", name=op.f("ck_calls_state_word")),
        sa.CheckConstraint("length(note) <= 200", name=op.f("ck_calls_note_length")),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_calls_activity_id_activities")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_calls_assignment_id_assignments")),
        sa.ForeignKeyConstraint(["by_user_id"], ["users.id"], name=op.f("fk_calls_by_user_id_users")),
        sa.ForeignKeyConstraint(["leader_id"], ["people.id"], name=op.f("fk_calls_leader_id_people")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_calls_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
        sa.UniqueConstraint(
            "assignment_id", "reason", "schedule_rev", name=op.f("uq_calls_assignment_id_reason_schedule_rev")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calls_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calls_leader_id"), ["leader_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calls_person_id"), ["person_id"], unique=False)

    op.create_table(
        "notifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=True),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("schedule_rev", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=160), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('call_up', 'reminder', 'changed', 'cancelled', 'answer_received', 'close_activity', 'sign_in', 'booking_asked', 'booking_decided', 'booking_ended', 'no_show', 'chase', 'reconfirm', 'broadcast', 'stand_in', 'digest', 'place_offered')",
            name=op.f("ck_notifications_kind_word"),
        ),
        sa.CheckConstraint("length(dedupe_key) <= 160", name=op.f("ck_notifications_dedupe_key_length")),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name=op.f("fk_notifications_activity_id_activities")
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_notifications_assignment_id_assignments")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_notifications_booking_id_bookings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_notifications_dedupe_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notifications_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notifications_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notifications_booking_id"), ["booking_id"], unique=False)

    op.create_table(
        "occupancies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("occupied_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occupied_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("loan_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "CASE WHEN booking_id IS NULL THEN 0 ELSE 1 END + CASE WHEN assignment_id IS NULL THEN 0 ELSE 1 END + CASE WHEN loan_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_occupancies_holder"),
        ),
        sa.CheckConstraint("occupied_until > occupied_from", name=op.f("ck_occupancies_window")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_occupancies_assignment_id_assignments")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_occupancies_booking_id_bookings")),
        sa.ForeignKeyConstraint(["loan_id"], ["loans.id"], name=op.f("fk_occupancies_loan_id_loans")),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("fk_occupancies_resource_id_resources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occupancies")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("occupancies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_occupancies_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_occupancies_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_occupancies_loan_id"), ["loan_id"], unique=False)
        batch_op.create_index("ix_occupancies_resource_until", ["resource_id", "occupied_until"], unique=False)

    op.create_table(
        "reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("schedule_rev", sa.Integer(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('reminder', 'close_activity', 'chase', 'call', 'reconfirm', 'digest')",
            name=op.f("ck_reminders_kind_word"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'fired', 'cancelled', 'skipped')", name=op.f("ck_reminders_state_word")
        ),
        sa.CheckConstraint("length(dedupe_key) <= 120", name=op.f("ck_reminders_dedupe_key_length")),
        sa.CheckConstraint("length(reason) <= 60", name=op.f("ck_reminders_reason_length")),
        sa.CheckConstraint("length(rule) <= 60", name=op.f("ck_reminders_rule_length")),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_reminders_activity_id_activities")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_reminders_assignment_id_assignments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_reminders_dedupe_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminders_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reminders_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index("ix_reminders_due", ["state", "due_at"], unique=False)

    op.create_table(
        "series_dates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("alternative", sa.Text(), nullable=True),
        sa.CheckConstraint("booking_id IS NOT NULL OR reasons IS NOT NULL", name=op.f("ck_series_dates_answer")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_series_dates_window")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_series_dates_booking_id_bookings")),
        sa.ForeignKeyConstraint(
            ["series_id"], ["booking_series.id"], name=op.f("fk_series_dates_series_id_booking_series")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_dates")),
        sa.UniqueConstraint("series_id", "starts_at", name=op.f("uq_series_dates_series_id_starts_at")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("series_dates", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_series_dates_booking_id"), ["booking_id"], unique=False)

    op.create_table(
        "stand_in_searches",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("hours_each", sa.Integer(), nullable=False),
        sa.Column("by_user_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('searching', 'found', 'exhausted', 'stopped')", name=op.f("ck_stand_in_searches_state_word")
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_stand_in_searches_assignment_id_assignments")
        ),
        sa.ForeignKeyConstraint(["by_user_id"], ["users.id"], name=op.f("fk_stand_in_searches_by_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_in_searches")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("stand_in_searches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stand_in_searches_assignment_id"), ["assignment_id"], unique=False)

    op.create_table(
        "waits",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_up_minutes", sa.Integer(), nullable=False),
        sa.Column("tear_down_minutes", sa.Integer(), nullable=False),
        sa.Column("occupied_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occupied_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("people_count", sa.Integer(), nullable=True),
        sa.Column("layout", sa.String(32), nullable=True),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("offered_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "layout IN ('theatre', 'classroom', 'boardroom', 'u_shape', 'banquet', 'standing')",
            name=op.f("ck_waits_layout_word"),
        ),
        sa.CheckConstraint("state <> 'offered' OR booking_id IS NOT NULL", name=op.f("ck_waits_offer")),
        sa.CheckConstraint(
            "state IN ('waiting', 'offered', 'taken', 'expired', 'withdrawn')", name=op.f("ck_waits_state_word")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_waits_window")),
        sa.CheckConstraint("length(purpose) <= 200", name=op.f("ck_waits_purpose_length")),
        sa.CheckConstraint("occupied_from <= starts_at AND occupied_until >= ends_at", name=op.f("ck_waits_occupied")),
        sa.CheckConstraint("people_count IS NULL OR people_count > 0", name=op.f("ck_waits_people_count")),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_waits_activity_id_activities")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_waits_booking_id_bookings")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["users.id"], name=op.f("fk_waits_requested_by_id_users")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_waits_team_id_teams")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_waits_venue_id_venues")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waits")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("waits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waits_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waits_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waits_requested_by_id"), ["requested_by_id"], unique=False)
        batch_op.create_index("ix_waits_state_venue_id", ["state", "venue_id"], unique=False)

    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notification_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("endpoint_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("phase", sa.String(32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts_count", sa.Integer(), nullable=False),
        sa.Column("leased_by", sa.String(length=64), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Integer(), nullable=False),
        sa.Column("reply", sa.String(length=500), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'leased') = (leased_by IS NOT NULL)", name=op.f("ck_deliveries_lease")),
        sa.CheckConstraint(
            "channel IN ('mail', 'sms', 'wecom', 'dingtalk', 'feishu', 'webhook')",
            name=op.f("ck_deliveries_channel_word"),
        ),
        sa.CheckConstraint("phase IN ('none', 'data')", name=op.f("ck_deliveries_phase_word")),
        sa.CheckConstraint(
            "state IN ('waiting', 'leased', 'sent', 'refused', 'uncertain', 'obsolete', 'expired')",
            name=op.f("ck_deliveries_state_word"),
        ),
        sa.CheckConstraint("length(address) <= 254", name=op.f("ck_deliveries_address_length")),
        sa.CheckConstraint("length(leased_by) <= 64", name=op.f("ck_deliveries_leased_by_length")),
        sa.CheckConstraint("length(locale) <= 8", name=op.f("ck_deliveries_locale_length")),
        sa.CheckConstraint("length(reason) <= 60", name=op.f("ck_deliveries_reason_length")),
        sa.CheckConstraint("length(reply) <= 500", name=op.f("ck_deliveries_reply_length")),
        sa.CheckConstraint("length(token) <= 64", name=op.f("ck_deliveries_token_length")),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["channel_endpoints.id"], name=op.f("fk_deliveries_endpoint_id_channel_endpoints")
        ),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notifications.id"], name=op.f("fk_deliveries_notification_id_notifications")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_deliveries_person_id_people")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_deliveries_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint(
            "notification_id", "channel", "address", name=op.f("uq_deliveries_notification_id_channel_address")
        ),
        sa.UniqueConstraint("token", name=op.f("uq_deliveries_token")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deliveries_endpoint_id"), ["endpoint_id"], unique=False)
        batch_op.create_index("ix_deliveries_next", ["state", "next_try_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deliveries_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deliveries_user_id"), ["user_id"], unique=False)

    op.create_table(
        "stand_in_offers",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("search_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("is_nominee", sa.Boolean(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state <> 'offered' OR (assignment_id IS NOT NULL AND until IS NOT NULL)",
            name=op.f("ck_stand_in_offers_offered"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'offered', 'accepted', 'declined', 'expired', 'skipped')",
            name=op.f("ck_stand_in_offers_state_word"),
        ),
        sa.CheckConstraint("rank > 0", name=op.f("ck_stand_in_offers_rank")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_stand_in_offers_assignment_id_assignments")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_stand_in_offers_person_id_people")),
        sa.ForeignKeyConstraint(
            ["search_id"], ["stand_in_searches.id"], name=op.f("fk_stand_in_offers_search_id_stand_in_searches")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_in_offers")),
        sa.UniqueConstraint("search_id", "person_id", name=op.f("uq_stand_in_offers_search_id_person_id")),
        sa.UniqueConstraint("search_id", "rank", name=op.f("uq_stand_in_offers_search_id_rank")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("stand_in_offers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stand_in_offers_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stand_in_offers_person_id"), ["person_id"], unique=False)

    op.create_table(
        "dead_addresses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply", sa.String(length=500), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "channel IN ('mail', 'sms', 'wecom', 'dingtalk', 'feishu', 'webhook')",
            name=op.f("ck_dead_addresses_channel_word"),
        ),
        sa.CheckConstraint("length(address) <= 254", name=op.f("ck_dead_addresses_address_length")),
        sa.CheckConstraint("length(reply) <= 500", name=op.f("ck_dead_addresses_reply_length")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_dead_addresses_delivery_id_deliveries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_addresses")),
        sa.UniqueConstraint("channel", "address", name=op.f("uq_dead_addresses_channel_address")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("dead_addresses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dead_addresses_delivery_id"), ["delivery_id"], unique=False)

    op.create_table(
        "delivery_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worker", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("reply", sa.String(length=500), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('sent', 'retry', 'refused', 'uncertain', 'obsolete', 'expired')",
            name=op.f("ck_delivery_attempts_outcome_word"),
        ),
        sa.CheckConstraint("length(reason) <= 60", name=op.f("ck_delivery_attempts_reason_length")),
        sa.CheckConstraint("length(reply) <= 500", name=op.f("ck_delivery_attempts_reply_length")),
        sa.CheckConstraint("length(worker) <= 64", name=op.f("ck_delivery_attempts_worker_length")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_delivery_attempts_delivery_id_deliveries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_attempts")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("delivery_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_attempts_delivery_id"), ["delivery_id"], unique=False)

    op.create_table(
        "delivery_contents",
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(sha256) <= 64", name=op.f("ck_delivery_contents_sha256_length")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_delivery_contents_delivery_id_deliveries")
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_delivery_contents")),
    )
    op.create_table(
        "inbox_letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=250), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("result", sa.String(length=60), nullable=False),
        sa.CheckConstraint("kind IN ('bounce', 'calendar_reply', 'other')", name=op.f("ck_inbox_letters_kind_word")),
        sa.CheckConstraint("length(message_id) <= 250", name=op.f("ck_inbox_letters_message_id_length")),
        sa.CheckConstraint("length(result) <= 60", name=op.f("ck_inbox_letters_result_length")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_inbox_letters_delivery_id_deliveries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_letters")),
        sa.UniqueConstraint("message_id", name=op.f("uq_inbox_letters_message_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("inbox_letters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbox_letters_delivery_id"), ["delivery_id"], unique=False)


def downgrade() -> None:
    message = "Muster goes forward only; restore the backup taken before the upgrade"
    raise NotImplementedError(message)
