"""`make app`: serve the page on this machine alone, and open it in the browser.

PORT, STUDIES (the folder of the studies) and NO_BROWSER come from the environment.
"""

import os
import secrets
import socket
import webbrowser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LOOPBACK = "127.0.0.1"


def main():
    os.environ["OTEL_SDK_DISABLED"] = "true"  # Shiny can be traced; nothing here is
    os.environ["SHINY_OTEL_COLLECT"] = "none"
    import uvicorn

    from crlm.app.guard import build_site
    from crlm.app.server import build_app, end_runs

    studies = Path(os.environ.get("STUDIES") or ROOT / "studies").resolve()
    token = secrets.token_urlsafe(24)
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((LOOPBACK, int(os.environ.get("PORT") or 0)))
        door.listen()  # a browser that comes early waits
    except (OSError, ValueError) as error:
        raise SystemExit(f"The page cannot be served: {error}. Name another PORT.") from None
    address = f"http://{LOOPBACK}:{door.getsockname()[1]}/{token}/"
    settings = {"log_level": "warning", "access_log": False, "server_header": False}
    site = build_site(build_app(ROOT, studies), token, studies)
    print(f"Open {address}\n(this machine only; Ctrl-C ends it, and a run with it)", flush=True)
    if not os.environ.get("NO_BROWSER"):
        webbrowser.open(address)
    try:
        uvicorn.Server(uvicorn.Config(site, **settings)).run(sockets=[door])
    except KeyboardInterrupt:
        pass
    finally:
        end_runs(ROOT)


if __name__ == "__main__":
    main()
