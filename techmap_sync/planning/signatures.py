"""Types that a method takes and returns, read from its signature as Python, TypeScript, Go, Rust, Java, Kotlin, C#
and prose write it.

Documents show fragments of many languages, and no parser library reads them all. What they have in common is enough:
brackets nest, commas part parameters, and the name of a type that a team makes begins with a capital letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from techmap_sync.patterns import lazy


class Types(NamedTuple):
    """The types of one signature that no language brings along."""

    takes: frozenset[str] = frozenset()
    returns: frozenset[str] = frozenset()
    untyped: frozenset[str] = frozenset()
    """Names of parameters without a type: in ``plan(gaps)``, ``gaps``."""


_LONGEST = 2000
"""Characters of a signature that are read."""
_DEEPEST = 12
"""Brackets in each other, from which on a text is no signature."""
_TOKEN = lazy(
    r"""
    //[^\n]*|/\*.*?\*/                                     # comments
    |'[a-z_]\w*+(?!')                                      # a lifetime of Rust: 'a
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<name>[^\W\d]\w*(?:(?:\.|::)[^\W\d]\w*)*)
    |(?P<sign>->|→|=>|⇒|\.\.\.|<-|::|[()\[\]{}<>,:;=&|*?@!.—–])
    """,
    re.VERBOSE | re.DOTALL,
)
_PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}
_ARROWS = ("->", "→", "=>", "⇒")
_ENDS = frozenset({";", "=", "where", "throws", "raises", "—", "–", "."})
_OWN = frozenset({"self", "cls", "this"})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KEYWORDS = _words("def fn func fun function sub proc method constructor")
_VISIBILITY = _words("public private protected internal static final abstract override virtual open pub")
_FUNCTION_TYPES = _words(
    """
    Action BiConsumer BiFunction BinaryOperator Callable Comparator Consumer Fn FnMut FnOnce Func Function Literal
    Predicate Supplier UnaryOperator fn func
    """
)
"""Followed by brackets they are a function or a constant: what is in them is neither taken nor returned."""
_CONTAINERS = _words("Box Channel Flow Pair Pin Range Record Ref Result Signal Stream Task")
"""Standard only where brackets follow: many teams have a ``Task`` or a ``Record`` of their own."""
_STANDARD = _words(
    """
    Any AnyStr Arc Array ArrayList AsyncGenerator AsyncIterable AsyncIterator Awaitable BigDecimal BigInt BigInteger
    Binary BinaryIO Blob Bool Boolean Buffer ByteArray ByteBuffer Bytes CancellationToken Char CharSequence Character
    Class ClassVar Collection CompletableFuture CompletionStage Complex Context Coroutine CoroutineScope Cow DataFrame
    Date DateOnly DateTime DateTimeOffset Decimal DefaultDict Deferred Deque Dict Dictionary Double Duration
    Enum Err Error Exception False File Final Float Flux FormData Future Generator Guid HashMap HashSet Headers
    HttpClient HttpRequest HttpResponse HttpResponseMessage HttpServletRequest HttpServletResponse IActionResult
    ICollection IDictionary IEnumerable IList IO IOError IOException IReadOnlyCollection IReadOnlyDictionary
    IReadOnlyList ISet InputStream Instant Int Int16 Int32 Int64 Integer Iterable Iterator JSON JSX Json JsonNode
    JsonObject KeyValuePair LinkedList List LocalDate LocalDateTime LocalTime Locale Logger Long Map Mapping Maybe Mono
    MutableList MutableMap MutableSet MutableStateFlow Mutex NDArray NamedTuple Never NoReturn None NoneType Nothing
    Null Number Object Observable OffsetDateTime Ok Omit Option Optional OptionalInt OrderedDict Ordering
    OutputStream Partial Path PathBuf PathLike Pick Promise PurePath Queue Rc ReactElement ReactNode Reader
    ReadonlyArray ReadonlyMap ReadonlySet RefCell RegExp Request Response ResponseEntity ResponseWriter Result Runnable
    RuntimeError Self Seq Sequence Set Short SortedMap SortedSet StateFlow Str String StringBuilder Symbol TextIO
    Throwable Time TimeDelta TimeSpan Timestamp Timezone True Tuple Type TypeVar UInt UInt16 UInt32 UInt64 URI URL UUID
    Uint8Array Undefined Union Unit Unknown Uri Url Uuid ValueTask Vec VecDeque Void Weak WeakMap Writer ZoneId
    ZonedDateTime
    """
)
_STANDARD_PLACES = _words(
    """
    JSX Microsoft React System alloc asyncio bytes collections context core datetime decimal errors http io java javax
    json kotlin log net np numpy os pandas pathlib pd slog sql std strings sync time torch typing url uuid
    """
)
"""Where a name is qualified by one of these, it is standard whatever it is."""
_GENERIC = lazy(r"[A-Z]\d?")
_STANDARD_BY_FOLD = frozenset(name.casefold() for name in _STANDARD)

_Token = tuple[str, str]
"""(kind, text) with the kind ``name``, ``sign`` or ``text``."""


def types_of(signature: str) -> Types:
    """Return the types that a signature takes and returns.

    Types within generics, optionals, unions, arrays and tuples count; standard types, type variables and the types of
    callbacks do not, since a callback gives what it seems to take.

    :param signature: what comes after it, such as a body, does no harm.
    """
    tokens = _tokens(signature[:_LONGEST])
    if _depth(tokens) > _DEEPEST:
        return Types()
    opening = _parameter_list(tokens)
    if opening < 0:
        return Types()
    closing = _closing(tokens, opening)
    generic = _type_variables(tokens[:opening])
    takes: set[str] = set()
    untyped: set[str] = set()
    typed_without_colon = False
    for parameter in _parts(tokens[opening + 1 : closing]):
        types, name, has_colon = _parameter(parameter)
        takes.update(types)
        typed_without_colon |= not name and not has_colon
        if name:
            untyped.add(name)
    returned = _returned(tokens[:opening], tokens[closing + 1 :])
    return Types(
        frozenset(takes) - generic,
        frozenset(_types_in(returned)) - generic,
        frozenset() if typed_without_colon else frozenset(untyped),
    )


def singular_forms(name: str) -> Iterator[str]:
    """Yield what a name without a type may mean: ``gaps`` and ``gap`` for ``gaps``, each in small letters."""
    squeezed = name.replace("_", "").casefold()
    for form in dict.fromkeys((squeezed, squeezed.removesuffix("list"), squeezed.removesuffix("s"))):
        if len(form) > 2 and form not in _STANDARD_BY_FOLD:
            yield form


def _tokens(signature: str) -> list[_Token]:
    return [(match.lastgroup, match[0]) for match in _TOKEN.finditer(signature) if match.lastgroup]


def _depth(tokens: Sequence[_Token]) -> int:
    """Return how deep brackets nest; each of them is looked through once for each that encloses it."""
    deepest = depth = 0
    for _, text in tokens:
        depth = max(0, depth + (text in _PAIRS) - (text in _PAIRS.values()))
        deepest = max(deepest, depth)
    return deepest


def _parameter_list(tokens: Sequence[_Token]) -> int:
    """Return the place of the bracket that opens the parameters, or -1."""
    position, before = 0, ""
    while position < len(tokens):
        text = tokens[position][1]
        if text == "(":
            is_other = before in ("func", "pub") or (position > 1 and tokens[position - 2][1] == "@")
            follows = tokens[position - 1][1] if position else ""
            is_tuple = (
                position == 0 and _closing(tokens, 0) + 1 < len(tokens) and tokens[_closing(tokens, 0) + 1][0] == "name"
            )
            if not (is_other or is_tuple) and (
                position == 0 or follows in (">", "]", "=", "async") or tokens[position - 1][0] == "name"
            ):
                return position
        if text in _PAIRS:
            position = _closing(tokens, position)
        before = tokens[position][1] if position < len(tokens) else ""
        position += 1
    return -1


def _closing(tokens: Sequence[_Token], opening: int) -> int:
    """Return the place of the bracket that closes the one at ``opening``, or the end."""
    open_brackets: list[str] = []
    for position in range(opening, len(tokens)):
        kind, text = tokens[position]
        if kind != "sign":
            continue
        if text in _PAIRS:
            open_brackets.append(_PAIRS[text])
        elif text in open_brackets:
            while open_brackets.pop() != text:
                pass
            if not open_brackets:
                return position
    return len(tokens)


def _parts(tokens: Sequence[_Token], sign: str = ",") -> Iterator[Sequence[_Token]]:
    """Cut tokens at a sign that is in no bracket."""
    start = position = 0
    while position < len(tokens):
        kind, text = tokens[position]
        if kind == "sign" and text in _PAIRS:
            position = _closing(tokens, position)
        elif kind == "sign" and text == sign:
            yield tokens[start:position]
            start = position + 1
        position += 1
    if start < len(tokens):
        yield tokens[start:]


def _type_variables(head: Sequence[_Token]) -> set[str]:
    """Return what ``<T extends Gap>`` or ``[T any]`` around a method's name declares."""
    found: set[str] = set()
    position = 0
    while position < len(head):
        text = head[position][1]
        if text in ("<", "["):
            end = _closing(head, position)
            before = head[position - 1] if position else ("", "")
            declares = end >= len(head) - 1 or before[0] != "name" or before[1] in _KEYWORDS | _VISIBILITY
            if declares:
                found.update(part[0][1] for part in _parts(head[position + 1 : end]) if part)
            position = end
        position += 1
    return found


def _parameter(tokens: Sequence[_Token]) -> tuple[set[str], str, bool]:
    """Return the types of a parameter, its name where it has no type, and whether a colon parts both."""
    tokens = next(_parts(_without_attributes(tokens), "="), ())
    sides = list(_parts(tokens, ":"))
    if len(sides) > 1:
        return set(_types_in([token for side in sides[1:] for token in side])), "", True
    names = [text for kind, text in tokens if kind == "name"]
    if len(names) == 1 and not any(text in _PAIRS for _, text in tokens):
        if names[0] in _OWN:
            return set(), "", True
        if names[0][0].islower() or not names[0][0].isupper():
            return set(), names[0], False
    return set(_types_in(tokens)), "", not names


def _without_attributes(tokens: Sequence[_Token]) -> Sequence[_Token]:
    """Leave out ``@NotNull``, ``@Path("id")`` and ``[FromBody]`` in front of a parameter."""
    while tokens:
        if tokens[0][1] == "@":
            has_brackets = len(tokens) > 2 and tokens[2][1] == "("
            tokens = tokens[_closing(tokens, 2) + 1 :] if has_brackets else tokens[2:]
        elif tokens[0][1] == "[" and len(tokens) > 2 and tokens[1][1][:1].isupper():
            rest = tokens[_closing(tokens, 0) + 1 :]
            if not any(kind == "name" for kind, _ in rest):
                return tokens
            tokens = rest
        else:
            break
    return tokens


def _returned(head: Sequence[_Token], tail: Sequence[_Token]) -> Sequence[_Token]:
    """Return the tokens of the type that is returned: after an arrow or a colon, as in Go, or in front as in Java."""
    first = tail[0][1] if tail else ""
    for position, (_, text) in enumerate(tail):
        if text in ("{", ":", *_ENDS):
            break
        if text in _ARROWS:
            return _type_at(tail[position + 1 :])
    if first == ":":
        return _type_at(tail[1:])
    if tail and tail[0][1] == "returns":
        return _type_at(tail[1:])
    in_front = _in_front(head)
    if in_front:
        return in_front
    is_go = bool(tail) and first not in ("{", *_ENDS)
    return _type_at(tail) if is_go else ()


def _type_at(tokens: Sequence[_Token]) -> Sequence[_Token]:
    """Return the tokens of a type at the beginning, without the body or the clause that comes after it."""
    position = 0
    while position < len(tokens):
        kind, text = tokens[position]
        if text in _ENDS or (text in (":", *_ARROWS) and position) or (text == "{" and position):
            break
        if kind == "sign" and text in _PAIRS:
            position = _closing(tokens, position)
            follows = tokens[position + 1][1] if position + 1 < len(tokens) else ""
            if text == "(" and follows in _ARROWS:
                return ()
        position += 1
    return tokens[:position]


def _in_front(head: Sequence[_Token]) -> Sequence[_Token]:
    """Return the tokens before a method's name that are a type, as in ``public List<Gap> scan(...)``."""
    words = list(_without_attributes(head))
    if any(text in _KEYWORDS or text == "=" for _, text in words):
        return ()
    if words and words[-1][1] in (">", "]"):
        depth = 0
        while words:
            text = words.pop()[1]
            depth += (text in (">", "]")) - (text in ("<", "["))
            if not depth:
                break
    name = words.pop() if words else None
    if words and words[0][1] == "<":
        del words[: _closing(words, 0) + 1]
    return words if name and name[0] == "name" else ()


def _types_in(tokens: Sequence[_Token]) -> Iterator[str]:
    """Yield the names of types in the tokens of a type."""
    position = 0
    while position < len(tokens):
        kind, text = tokens[position]
        following = tokens[position + 1][1] if position + 1 < len(tokens) else ""
        if kind == "sign" and text == "(" and _follows_arrow(tokens, position):
            position = _after_function(tokens, position)
        elif kind == "name" and _last(text) in _FUNCTION_TYPES and following in ("(", "[", "<"):
            position = _after_function(tokens, position + 1)
        elif kind == "name" and following not in (":", "=") and not (following == "?" and _is_key(tokens, position)):
            if _is_own_type(text) and not (following in ("<", "[") and _last(text) in _CONTAINERS):
                yield _last(text)
        elif kind == "text" and _is_forward_reference(tokens, position):
            yield text[1:-1]
        position += 1


def _is_key(tokens: Sequence[_Token], position: int) -> bool:
    return position + 2 < len(tokens) and tokens[position + 2][1] == ":"


def _follows_arrow(tokens: Sequence[_Token], opening: int) -> bool:
    closing = _closing(tokens, opening)
    return closing + 1 < len(tokens) and tokens[closing + 1][1] in _ARROWS


def _after_function(tokens: Sequence[_Token], opening: int) -> int:
    """Return the last place of the type of a function whose brackets open here, with what it returns."""
    position = _closing(tokens, opening)
    if tokens[opening][1] != "(":
        return position
    depth = 0
    while position + 1 < len(tokens):
        text = tokens[position + 1][1]
        depth += (text in _PAIRS) - (text in _PAIRS.values())
        if depth < 0 or (not depth and text in (",", "|", ";")):
            break
        position += 1
    return position


def _is_forward_reference(tokens: Sequence[_Token], position: int) -> bool:
    """Whether a text is the name of a type, as in ``-> "Gap"``, and not one of the values that TypeScript allows."""
    around = [tokens[place][1] for place in (position - 1, position + 1) if 0 <= place < len(tokens)]
    name = tokens[position][1][1:-1]
    return "|" not in around and name.isidentifier() and name[0].isupper() and _is_own_type(name)


def _is_own_type(name: str) -> bool:
    parts = re.split(r"\.|::", name)
    last = parts[-1]
    if last[0].islower() or last[0] == "_" or _GENERIC.fullmatch(last) or last in _STANDARD:
        return False
    return len(parts) < 2 or parts[0] not in _STANDARD_PLACES


def _last(name: str) -> str:
    return re.split(r"\.|::", name)[-1]
