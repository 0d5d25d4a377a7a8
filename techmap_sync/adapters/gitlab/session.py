"""HTTP as python-gitlab needs it, with two differences: redirects are not trusted, and the last answer is kept."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from techmap_sync.adapters.gitlab.answers import Answer


class Session(requests.Session):
    """Follows a redirect only while it reads and stays on the server."""

    _last: requests.Response

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request and remember what came back; python-gitlab leaves the headers out of its errors."""
        self._last = super().request(*args, **kwargs)
        return self._last

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Return where to go on; None where a token could leak, or where a write would arrive as a read."""
        target: str | None = super().get_redirect_target(resp)
        if target is None or resp.request.method != "GET":
            return None
        here, there = urlsplit(resp.url), urlsplit(urljoin(resp.url, target))
        return target if (here.scheme, here.netloc) == (there.scheme, there.netloc) else None

    def last_answer(self) -> Answer:
        """Return what came back for the last request that was answered."""
        response = self._last
        try:
            content = response.json()
        except ValueError:
            content = None
        next_url = response.links.get("next", {}).get("url", "")
        return Answer(response.status_code, response.headers, content, next_url)
