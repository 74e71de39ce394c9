"""The core behind the window, asked directly as the page asks it: to check what the screens cannot show, and to try
what they never would."""


def call(page, command, **arguments):
    """Calls a command; returns ("done", value) or ("refused", problem)."""
    answer = page.execute_async(
        "const [command, given, done] = arguments;"
        "window.__TAURI_INTERNALS__.invoke(command, given)"
        ".then((value) => done(['done', value]), (problem) => done(['refused', problem]));",
        command, arguments,
    )  # fmt: skip
    return tuple(answer)


def must(page, command, **arguments):
    """The value of a command that must work."""
    outcome, value = call(page, command, **arguments)
    if outcome != "done":
        raise AssertionError(f"{command} was refused: {value}")
    return value


def picture_status(page, url):
    """What asking for a picture gives: "shown" or "refused"."""
    return page.execute_async(
        "const [url, done] = arguments; const picture = new Image();"
        "picture.onload = () => done('shown'); picture.onerror = () => done('refused'); picture.src = url;",
        url,
    )
