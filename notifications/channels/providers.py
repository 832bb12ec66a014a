"""How quick providers let one account be, where they are known to shut out who is quicker. They publish no numbers."""

from urllib.parse import urlsplit

#: Messages a second: one in three seconds has been found to pass.
CAREFUL = 1 / 3
#: Mail servers by the end of their names: free and company mail of Tencent, NetEase, Alibaba.
PROVIDERS = ("qq.com", "163.com", "126.com", "yeah.net", "aliyun.com", "aliyuncs.com", "mxhichina.com")


def usual_rate(mail_url: str) -> float | None:
    """Return how many messages a second an account may send where nobody set it; None where nothing is known."""
    parts = urlsplit(mail_url)
    if parts.scheme not in {"smtp", "smtps"}:
        return None
    host = (parts.hostname or "").lower()
    return CAREFUL if any(host == name or host.endswith(f".{name}") for name in PROVIDERS) else None
