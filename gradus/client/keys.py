"""`client.keys`: API keys, for admins, and links that sign a browser in."""

from collections.abc import AsyncGenerator
from datetime import datetime

from gradus.client.methods import Resource, T_co, iterator, method
from gradus.client.request import Request, encoded, nothing, path_of, reads
from gradus.wire.key import KeyPage, KeyRecord, NewKey, SignInLink


class Keys(Resource[T_co]):
    """The keys of a workspace."""

    @method
    async def create(self, name: str, *, role: str = "editor", expires_at: datetime | str | None = None) -> NewKey:
        """Create a key. Only this response contains the key itself. If the response is lost, the request is not
        repeated, because that would create a second key."""
        body = encoded({"name": name, "role": role, "expires_at": expires_at})
        return await self._transport.send(Request("POST", "/v1/keys", reads(NewKey), body=body))

    @iterator
    async def list(self) -> AsyncGenerator[KeyRecord]:
        """The keys, newest first."""
        page = await self._transport.send(Request("GET", "/v1/keys", reads(KeyPage)))
        for record in page.data:
            yield record

    @method
    async def revoke(self, key_id: str, /) -> None:
        """Revoke a key: it loses access immediately."""
        await self._transport.send(Request("DELETE", path_of("keys", key_id), nothing))

    @method
    async def sign_in_link(self) -> SignInLink:
        """A link that signs one browser in with the client's key, once."""
        request = Request("POST", "/v1/session/links", reads(SignInLink), harmless=True)
        return await self._transport.send(request)
