"""What a signature takes and returns, in the languages that documents show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techmap_sync.planning.signatures import Types, singular_forms, types_of
from tests.measure import measured

TABLE = {
    "python": [
        ("scan(series: Series) -> list[Gap]", "Series", "Gap"),
        ("def scan(self, series: Series, *, limit: int = 10) -> list[Gap]:", "Series", "Gap"),
        ("async def plan(self, gaps: Sequence[Gap], at: datetime | None = None) -> Plan | None: ...", "Gap", "Plan"),
        ("process(event: Event, state: KeyedState) -> Iterator[Event]", "Event KeyedState", "Event"),
        ("pairs(left: dict[str, Gap], *rest: Edge, **named: Mark) -> tuple[Gap, Plan]", "Gap Edge Mark", "Gap Plan"),
        ("verify(user_id: UUID, code: str, at: datetime) -> VerifyResult", "", "VerifyResult"),
        ("judge(new: ModelVersion, old: Optional[Model]) -> 'GateResult'", "ModelVersion Model", "GateResult"),
        ("each(on_gap: Callable[[Gap], Plan], gap: models.Gap) -> None", "Gap", ""),
        ("each(on_gap: Callable[[Gap], Plan]) -> None", "", ""),
        ("mode(of: Literal['Fast', 'Slow'] = 'Fast', kind: Kind = Kind.OPEN) -> Literal['A']", "Kind", ""),
        ("def first[T](items: Sequence[T], key: T) -> T", "", ""),
        ("__init__(self, store: TokenStore)", "TokenStore", ""),
    ],
    "typescript": [
        ("scan(series: Series): Gap[]", "Series", "Gap"),
        ("async plan(gaps: readonly Gap[], options?: PlanOptions): Promise<Plan>", "Gap PlanOptions", "Plan"),
        ("run(job: Job<BulkPayload>): Promise<BulkResult>", "Job BulkPayload", "BulkResult"),
        ("BulkActionBar(props: BulkActionBarProps): JSX.Element", "BulkActionBarProps", ""),
        ("Dialog(props: { jobId: string; gap?: Gap; onClose: (at: Place) => void }): JSX.Element", "Gap", ""),
        ("on(listener: (gap: Gap) => Plan, options: Options = {}): () => void", "Options", ""),
        ("export const plan = async (gaps: Gap[]): Promise<Plan> => {", "Gap", "Plan"),
        ("pick<T extends Gap, K>(from: T[], keys: K): Map<K, Plan>", "", "Plan"),
        ("set(state: 'Open' | 'Closed', { gap, plan }: Props): Gap | null", "Props", "Gap"),
        ("group(gaps: Record<string, Gap>): [Gap, Plan | undefined]", "Gap", "Gap Plan"),
        ("constructor(private readonly store: TokenStore)", "TokenStore", ""),
    ],
    "go": [
        ("MapFields(ctx context.Context, cat Category) ([]FacetField, error)", "Category", "FacetField"),
        ("func (r *Registry) Load(dir string) (*Set1, error) {", "", "Set1"),
        ("func (r *Registry) Lookup(name string) (Definition, bool)", "", "Definition"),
        ("Evaluate(slo Definition, now time.Time) -> []Breach", "Definition", "Breach"),
        ("Merge(p Plan, raw EngineResponse) []Facet", "Plan EngineResponse", "Facet"),
        ("Route(first, last Alert, rest ...*Receiver) error", "Alert Receiver", ""),
        ("func Each(ch <-chan Gap, fn func(g Other) Other2, by map[Key]*models.Plan) (out chan<- Mark, err error)",
         "Gap Key Plan", "Mark"),
        ("func Map[K comparable, V any](in map[K]V, gap Gap) []V", "Gap", ""),
        ("Put(key string, facets []Facet)", "Facet", ""),
    ],
    "rust": [
        ("pub fn plan(&self, gaps: &[Gap]) -> Result<Vec<Plan>, PlanError>", "Gap", "Plan PlanError"),
        ("pub(crate) async fn scan<'a>(&'a mut self, series: &'a Series, n: usize) -> impl Iterator<Item = Gap> + 'a {",
         "Series", "Gap"),
        ("fn each<F: Fn(Gap) -> Plan, T>(&self, f: F, of: Option<&Mark>) -> T where T: From<Gap>", "Mark", ""),
        ("fn boxed(f: Box<dyn FnMut(Gap) -> Plan>, at: crate::place::Place) -> (Gap, [Edge; 4])", "Place", "Gap Edge"),
        ("fn first(items: Vec<Item>, by: impl Iterator<Item = Gap>) -> Output1", "Item Gap", "Output1"),
        ("fn read(path: &std::path::Path, out: Arc1) -> std::io::Result<Plan>", "Arc1", "Plan"),
    ],
    "java": [
        ("public List<Gap> scan(Series series, int limit) throws GapException", "Series", "Gap"),
        ("Map<String, List<Gap>> byDay(@NotNull final Set<Gap> gaps, @Path(\"id\") Place place);", "Gap Place", "Gap"),
        ("<T extends Comparable<T>> Optional<Plan> best(Collection<? extends Gap> gaps, T by)", "Gap", "Plan"),
        ("public static <K, V> Plan of(Map<K, V> from, Function<Gap, Mark> by, Gap... gaps)", "Gap", "Plan"),
        ("void plan(Gap[] gaps, Consumer<Plan> to)", "Gap", ""),
        ("CompletableFuture<Plan> plan(Gap gap) {", "Gap", "Plan"),
    ],
    "kotlin": [
        ("syncNow(reason: SyncReason): SyncReport", "SyncReason", "SyncReport"),
        ("suspend fun resolve(local: Change, remote: Change?): Resolution", "Change", "Resolution"),
        ("fun observe(siteId: String): Flow<List<Inspection>>", "", "Inspection"),
        ("nextBatch(limit: Int = 100): List<Change>", "", "Change"),
        ("fun <T : Gap> best(of: List<T>, by: (Gap) -> Mark, then: suspend (Plan) -> Unit = {}): Pair<Plan, T>?",
         "", "Plan"),
        ("fun plan(vararg gaps: Gap, at: Place = Place.HOME): Plan = Plan(gaps)", "Gap Place", "Plan"),
    ],
    "c#": [
        ("public async Task<IReadOnlyList<Gap>> Scan(Series series, CancellationToken ct = default)", "Series", "Gap"),
        ("IActionResult Post([FromBody] GapForm form, [FromRoute] Guid id)", "GapForm", ""),
        ("bool TryPlan(in Gap gap, out Plan? plan, params Mark[] marks)", "Gap Plan Mark", ""),
        ("(Gap first, Plan second) Split(Dictionary<string, Edge> by, Func<Gap, Plan> with)", "Edge", "Gap Plan"),
        ("Task<T> Run<T>(Job<T> job) where T : Gap", "Job", ""),
    ],
    "prose": [
        ("scan(series) -> list of Gap", "", "Gap"),
        ("scan(series, limit) → Gap[]", "", "Gap"),
        ("ProrationCalculator.prorate(Period, PlanPrice) => ProrationResult", "Period PlanPrice", "ProrationResult"),
        ("plan(gaps: Gaps) returns Plan", "Gaps", "Plan"),
        ("plan(gaps: list[Gap]) -> Plan — keeps the order of Edges", "Gap", "Plan"),
        ("POST /auth/login", "", ""),
        ("cancel()", "", ""),
        ("verify", "", ""),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("signature", "takes", "returns"), [pytest.param(*row, id=row[0]) for rows in TABLE.values() for row in rows]
)
def test_a_signature_takes_and_returns_the_types_that_a_team_makes(signature: str, takes: str, returns: str) -> None:
    found = types_of(signature)
    assert (found.takes, found.returns) == (frozenset(takes.split()), frozenset(returns.split()))


@pytest.mark.parametrize(
    ("signature", "untyped"),
    [
        ("plan(gaps)", "gaps"),
        ("def plan(self, gaps, limit: int = 3, mode='Fast')", "gaps mode"),
        ("plan(gap, limit=3) -> Plan", "gap limit"),
        ("Route(first, last Alert)", ""),
        ("plan(List<Gap> gaps)", ""),
        ("plan()", ""),
    ],
)
def test_parameters_without_a_type_are_known_by_their_names(signature: str, untyped: str) -> None:
    assert types_of(signature).untyped == frozenset(untyped.split())


def test_a_name_may_mean_one_or_many() -> None:
    assert set(singular_forms("open_gaps")) == {"opengaps", "opengap"}
    assert set(singular_forms("gap_list")) == {"gaplist", "gap"}
    assert not set(singular_forms("requests")) & {"request"}, "a standard type"


@given(st.text("aG<>()[]{}:,-=>'\"@.*& \n", max_size=60))
def test_no_text_makes_it_fail(text: str) -> None:
    assert isinstance(types_of(f"f({text}"), Types)


def test_a_long_signature_takes_no_longer_than_its_length() -> None:
    with measured() as taken:
        for sign in ("(", "[", "{", "<", ",", ":", "=", "f(", "Fn(", "(a) => "):
            for _ in range(20):
                types_of("f(" + sign * 2000)
    assert taken.seconds < 1
