"""${message}.

Works with the release before it: ${"yes, or say why not"}.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    message = "Muster goes forward only; restore the backup taken before the upgrade"
    raise NotImplementedError(message)
