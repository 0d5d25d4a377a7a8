"""What code declares, in the languages of the day (docs/map-format.md, "Components")."""

from __future__ import annotations

from textwrap import dedent

import pytest

from techmap_sync.documents.technical_map.methods import signatures_in


def declared(code: str) -> list[str]:
    return [signature.name for signature in signatures_in(dedent(code))]


CODE = {
    "python": (
        '''\
        @dataclass(frozen=True)
        class Store(Base):
            """Keeps values (in memory)."""
            size: int = field(default=1)

            @property
            def value(self) -> int:
                return compute(self.size)

            async def load(
                self,
                key: str,
            ) -> Result[
                int, str
            ]:
                def inner(): ...

        def top(a, b=(1, 2)): pass
        result = top(1, 2)
        ''',
        ["value", "load", "top"],
    ),
    "python with signatures only": ("verify(code: str) -> bool\nissue(count) -> list[str]\n", ["verify", "issue"]),
    "typescript": (
        """\
        export interface Store {
          get(key: string): Promise<Value>;
          size: number;
        }
        export class Cache extends Base implements Store {
          private hits = 0;
          constructor(private store: Store) {
            super();
          }
          async get(key: string): Promise<Value> {
            if (key) { return this.load(key); }
          }
          static of(a: Store) { return new Cache(a); }
          on = async (event: Event) => {
            go(event);
          };
        }
        export const useCache = (name: string, options: { ttl: number; max: number }): State => {
        }
        export async function run<T>(
          first: T,
          second: string,
        ): Promise<T> {
        }
        type Listener = (name: string) => void;
        """,
        ["get", "constructor", "get", "of", "on", "useCache", "run"],
    ),
    "go": (
        """\
        type Store interface {
            Get(ctx context.Context, id string) (*Item, error)
        }
        type Cache struct {
            size int
            load func(int) error
        }
        func New(size int) *Cache {
            return &Cache{size: size}
        }
        func (c *Cache) Run(ctx context.Context) error {
            for i := range c.items {
                c.do(i)
            }
        }
        func Map[T any](items []T, f func(T) T) []T
        """,
        ["Get", "New", "Run", "Map"],
    ),
    "rust": (
        """\
        pub trait Store: Send {
            fn get(&self, id: &str) -> Option<Item>;
            async fn put(&mut self, item: Item) -> Result<(), Error>;
        }
        impl<T> Cache<T> where T: Store {
            pub fn new() -> Self { Self { size: 1 } }
            pub(crate) async fn run<'a>(&'a self) {
                self.go();
            }
        }
        #[derive(Debug)]
        enum Kind { Small(i32), Large }
        extern "C" fn entry(x: i32);
        """,
        ["get", "put", "new", "run", "entry"],
    ),
    "java": (
        """\
        @Service
        public class Users extends Base {
            private final Store store;
            public Users(Store store) { this.store = store; }
            @Override
            public Optional<User> findById(UUID id) throws NotFound {
                return store.find(id);
            }
            @Transactional(readOnly = true) public void refresh(int page) {}
        }
        public interface Store extends Repository<User, UUID> {
            List<User> findAll(Page page);
        }
        """,
        ["Users", "findById", "refresh", "findAll"],
    ),
    "c": (
        """\
        #include <ring.h>
        #define MAX(a, b) ((a) > (b) ? (a) : (b))
        typedef void (*callback_t)(int);
        struct ring {
            int size;
            int (*hash)(int);
        };
        esp_err_t ring_open(const char *label,
                            ring_t *out);
        static inline int add(int a, int b) { return a + b; }
        int main(void)
        {
            if (x) {
                add(1, 2);
            }
        }
        """,
        ["ring_open", "add", "main"],
    ),
    "c++": (
        """\
        namespace cache {
        template <typename T>
        class Store : public Base {
        public:
            explicit Store(int size);
            virtual ~Store() = default;
            T get(const std::string& key) const noexcept;
            bool operator==(const Store& other) const;
        private:
            int size_;
        };
        std::vector<int> Store<T>::list(std::map<int, int> m) {
            return {};
        }
        }
        """,
        ["Store", "~Store", "get", "operator==", "list"],
    ),
    "c#": (
        """\
        using System;
        namespace Shop
        {
            public interface IStore
            {
                Task<Item> GetAsync(Guid id, CancellationToken token = default);
                string Name { get; set; }
            }
            public class Cache : IStore
            {
                public Cache(IStore store) => _store = store;
                [HttpGet("/items")]
                public IActionResult Get() { return Ok(); }
            }
        }
        """,
        ["GetAsync", "Cache", "Get"],
    ),
    "ruby": (
        """\
        module Ingest
          class Receiver < Base
            attr_reader :store
            def initialize(store)
              @store = store
            end
            def self.build(config) = new(config)
            def allowed?
            end
          end
        end
        """,
        ["initialize", "build", "allowed?"],
    ),
    "php": (
        """\
        <?php
        final class Cache implements Store {
            public function __construct(private Repo $repo) {}
            public static function make(array $options = []): self
            {
                return new self($options);
            }
        }
        function helper($a) {}
        """,
        ["__construct", "make", "helper"],
    ),
    "kotlin": (
        """\
        interface Store {
            suspend fun get(id: Int): Item
            val size: Int
        }
        class Cache(private val store: Store) : Store {
            override suspend fun get(id: Int): Item = store.get(id)
            fun <T> map(f: (Item) -> T): List<T> {
                return listOf(f(item))
            }
            companion object {
                fun create(): Cache = Cache()
            }
        }
        fun String.slug(max: Int): String = ""
        """,
        ["get", "get", "map", "create", "slug"],
    ),
    "swift": (
        """\
        protocol Store {
            func get(_ id: Int) async throws -> Item
            var size: Int { get }
        }
        final class Cache: Store {
            init(size: Int) { self.size = size }
            @discardableResult
            func put(_ item: Item) -> Bool {
                write(item)
            }
        }
        """,
        ["get", "init", "put"],
    ),
    "sql": (
        """\
        CREATE TABLE users (id int);
        CREATE OR REPLACE FUNCTION total_of(p_id uuid)
        RETURNS numeric AS $$
        BEGIN
          PERFORM log(1);
        END;
        $$ LANGUAGE plpgsql;
        create procedure refresh(days int);
        SELECT count(*) FROM users;
        """,
        ["total_of", "refresh"],
    ),
    "endpoints": (
        "POST /api/jobs\nGET /api/jobs/{id} -> Job\nAuthorization: Bearer x\n",
        ["POST /api/jobs", "GET /api/jobs/{id}"],
    ),
    "one line": ("interface Store { get(key: string): string; set(key: string): void }\n", ["get", "set"]),
    "comments": ("/* old:\nint gone(void);\n*/\n// int gone(void);\nint here(void);\n", ["here"]),
    "nothing that is declared": ("export PATH=/x\nvalue: 1\n", []),
}


@pytest.mark.parametrize("language", CODE)
def test_the_declarations_of_a_language_are_its_methods(language: str) -> None:
    code, names = CODE[language]
    assert declared(code) == names
