"""Settings: read once from the environment and `muster.toml`, frozen afterwards."""

import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from muster.localtime import zone

CONFIG_FILE = "muster.toml"
SECRET_FILE = "secret_key"  # noqa: S105 - a file name, not a secret
DATABASE_SCHEMES = ("sqlite", "postgresql")
MAIL_SCHEMES = ("maildir", "smtp", "smtps")
INBOX_SCHEMES = ("maildir", "imaps", "imap")


class SettingsError(Exception):
    """The settings cannot be used; `reasons` is one line per fault."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def _known_zone(key: str) -> str:
    zone(key)
    return key


def _known_scheme(schemes: tuple[str, ...]) -> AfterValidator:
    def check(url: str) -> str:
        scheme = urlsplit(url).scheme
        if scheme not in schemes:
            message = f"must start with one of {', '.join(f'{s}://' for s in schemes)}"
            raise ValueError(message)
        return url

    return AfterValidator(check)


class Settings(BaseSettings):
    """Effective settings of one process.

    Durations are timedelta; paths are relative to the working directory. Secrets are
    never printed: see `public()`.
    """

    model_config = SettingsConfigDict(env_prefix="MUSTER_", frozen=True, extra="ignore", toml_file=CONFIG_FILE)

    database_url: Annotated[str, _known_scheme(DATABASE_SCHEMES)] = "sqlite:///var/muster.db"
    smtp_url: Annotated[str, _known_scheme(MAIL_SCHEMES)] = "maildir:///var/mailbox"
    mail_from: str = Field(default="Muster <muster@localhost>", min_length=3, max_length=200)
    base_url: str = "http://127.0.0.1:8000"
    secret_key: SecretStr = SecretStr("")
    secret_key_file: Path | None = None
    zone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Shanghai"
    locale: Literal["zh-CN", "en"] = "zh-CN"
    data_dir: Path = Path("var")
    quiet_hours: str = "21:30-07:30"
    mail_rate: float | None = Field(default=None, gt=0)
    inbox_url: Annotated[str, _known_scheme(INBOX_SCHEMES)] | None = None
    dkim_key_file: Path | None = None
    dkim_selector: str = ""
    log_json: bool = False
    clock_offset_seconds: float = 0
    reminder_offset_seconds: int | None = Field(default=None, gt=0)
    lease_seconds: int = Field(default=90, ge=1)
    undo_seconds: int = Field(default=30, ge=0, le=600)
    tick_seconds: float = Field(default=15, gt=0, le=30)

    @model_validator(mode="before")
    @classmethod
    def _empty_means_unset(cls, values: Any) -> Any:
        if isinstance(values, Mapping):
            keep_empty = {"quiet_hours"}
            return {k: v for k, v in values.items() if v != "" or k in keep_empty}
        return values

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - signature of the base class
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - signature of the base class
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then `muster.toml`."""
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls))

    @property
    def undo_wait(self) -> timedelta:
        """How long a release or a message to many waits, so that it can be taken back."""
        return timedelta(seconds=self.undo_seconds)

    @property
    def clock_offset(self) -> timedelta:
        """How far this house's clock is set off from the machine's; for rehearsals and tests."""
        return timedelta(seconds=self.clock_offset_seconds)

    @property
    def lease(self) -> timedelta:
        """How long a worker may hold a delivery without renewing."""
        return timedelta(seconds=self.lease_seconds)

    @property
    def is_sqlite(self) -> bool:
        """Tell whether the embedded database is used."""
        return urlsplit(self.database_url).scheme == "sqlite"

    @property
    def mail_domain(self) -> str:
        """The domain that Message-IDs and calendar UIDs carry: the host of `base_url`."""
        return urlsplit(self.base_url).hostname or "localhost"

    def public(self) -> dict[str, str]:
        """Return every setting as text with secrets hidden."""
        shown = {name: str(getattr(self, name)) for name in type(self).model_fields}
        shown["secret_key"] = "********" if self.secret_key.get_secret_value() else ""
        for name in ("database_url", "smtp_url", "inbox_url"):
            shown[name] = hide_password(shown[name])
        return dict(sorted(shown.items()))


def hide_password(url: str) -> str:
    """Return a URL with its password replaced by asterisks."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username or ''}:********@{host}").geturl()


def load_settings(**overrides: Any) -> Settings:
    """Build the settings; make the data folder and, on first start, the secret key in it.

    Raises:
        SettingsError: a value is malformed; all faults are listed.
    """
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        raise SettingsError([_say(fault) for fault in error.errors()]) from error
    except ValueError as error:
        raise SettingsError([f"{CONFIG_FILE}: {error}"]) from error
    return settings.model_copy(update={"secret_key": SecretStr(_secret(settings))})


def _say(fault: Any) -> str:
    name = "MUSTER_" + "_".join(str(part) for part in fault["loc"]).upper()
    return f"{name}: {fault['msg'].removeprefix('Value error, ')}"


def _secret(settings: Settings) -> str:
    given = settings.secret_key.get_secret_value()
    if given:
        return given
    path = settings.secret_key_file or settings.data_dir / SECRET_FILE
    try:
        if path.exists():
            return path.read_text(encoding="utf-8").strip()
        if settings.secret_key_file is not None:
            raise SettingsError([f"MUSTER_SECRET_KEY_FILE: {path} is not there"])
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process of ours was faster
            return path.read_text(encoding="utf-8").strip()
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(48))
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError([f"MUSTER_SECRET_KEY: {path}: {error.strerror}"]) from error
