"""Who is served: only addresses with the token, only from this machine, and nothing that loads or sends anything elsewhere."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import FileResponse, PlainTextResponse
from starlette.routing import Mount, Route

HOSTS = ["127.0.0.1", "localhost"]
HEADERS = {
    # what the browser itself keeps: no script, font or picture from elsewhere, and nothing sent there
    b"content-security-policy": b"default-src 'self' 'unsafe-inline' data: blob:; form-action 'self'; frame-ancestors 'self'",
    b"referrer-policy": b"no-referrer",  # a link to a paper does not tell the token
    b"x-content-type-options": b"nosniff",
    b"cache-control": b"no-store",
}


def build_site(app, token, studies):
    """Return the ASGI application: the page below `/<token>/`, results of the studies below `/<token>/files/`, nothing else."""

    async def send_file(request):
        path = find_result(studies, request.path_params["path"])
        if path is None:
            return PlainTextResponse("There is no such file.", 404)
        return FileResponse(path)

    routes = [Route(f"/{token}/files/{{path:path}}", send_file), Mount(f"/{token}", app=app)]
    guards = [Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS), Middleware(_Headers)]
    return Starlette(routes=routes, middleware=guards)


def find_result(studies, path):
    """Return the file `<study>/results/...` below the folder of the studies, None for any other."""
    study, _, rest = path.partition("/")
    results = (Path(studies) / study / "results").resolve()
    file = (Path(studies) / study / rest).resolve()
    own = study not in ("", ".", "..") and file.is_relative_to(results)
    return file if own and file.is_file() else None


class _Headers:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def send_with(message):
            if message["type"] == "http.response.start":
                own = [each for each in message["headers"] if each[0].lower() not in HEADERS]
                message = {**message, "headers": [*own, *HEADERS.items()]}
            await send(message)

        await self.app(scope, receive, send_with)
