import ChatTemplates
import JSON
import Testing

/// Templates come with models from strangers: whatever they say, rendering ends, and ends with an error.
@Suite struct HostileTemplateTests {
    static let now = LocalTime(year: 2026, month: 3, day: 7, hour: 15, minute: 4, second: 5)

    static func render(_ source: String, _ context: JSONObject = JSONObject()) throws -> String {
        var limits = TemplateLimits()
        limits.steps = 2_000_000
        limits.textBlocks = 16 << 20
        return try ChatTemplate(source: source).render(context: context, now: now, limits: limits)
    }

    @Test(arguments: [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{{ range(100001)|list }}",
        "{{ range(0, 9223372036854775807, 1) }}",
        "{{ 'x' * 9223372036854775807 }}",
        "{{ 'x' * 1000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ 'x'|center(1000000000) }}",
        "{{ 'x'.zfill(1000000000) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '%.1000000000f' % 1.5 }}",
        "{{ '{:>1000000000}'.format(1) }}",
        "{{ 'a\\nb'|indent(1000000000) }}",
        "{{ [1]|tojson(indent=1000000000) }}",
        "{{ [1]|batch(1000000000, 0)|list }}",
        "{{ [1]|slice(1000000000)|list }}",
        "{% set ns = namespace(t='x') %}{% for a in range(99) %}{% set ns.t = ns.t + ns.t %}{% endfor %}",
        "{% set ns = namespace(t='x') %}{% for a in range(99) %}{% set ns.t = ns.t.replace('x', 'xx') %}{% endfor %}",
        "{% set ns = namespace(t='x') %}{% for a in range(99) %}{% set ns.t = [ns.t, ns.t] %}{% endfor %}{{ ns.t }}",
        "{% set ns = namespace(t=1) %}{% for a in range(99999) %}{% set ns.t = [ns.t] %}{% endfor %}",
        "{% set ns = namespace(t=[]) %}{% for a in range(99999) %}{% set ns.t = ns.t|map('upper') %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m(x) %}{{ m(x) ~ m(x) }}{% endmacro %}{{ m(1) }}",
        "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% block a %}{{ self.a() }}{% endblock %}",
        "{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}",
    ])
    func stopsWhatNeverEnds(source: String) {
        #expect {
            try Self.render(source)
        } throws: { error in
            if case .limit? = error as? TemplateError { true } else { false }
        }
    }

    @Test(arguments: [
        "(", "[", "{1:", "not ", "-", "x[", "x(", "1 if ", "x.y", "|upper", "{% if 1 %}", "{% for a in b %}",
    ])
    func boundsNesting(part: String) {
        let many = String(repeating: part, count: 100_000)
        let isPostfix = part.hasPrefix("|") || part.hasPrefix("x.")
        let source = part.hasPrefix("{%") ? many : "{{ 1 \(isPostfix ? "" : "+ ")\(many)"
        #expect(throws: TemplateError.self) { try Self.render(source) }
    }

    @Test func keepsLongChainsFlat() throws {
        let sum = "{{ 0" + String(repeating: " + 1", count: 50_000) + " }}"
        #expect(try Self.render(sum) == "50000")
        let joined = "{{ ''" + String(repeating: " ~ 'a'", count: 2000) + " }}"
        #expect(try Self.render(joined) == String(repeating: "a", count: 2000))
    }

    @Test(arguments: [
        "{{ 9223372036854775807 + 1 }}", "{{ -9223372036854775807 - 2 }}", "{{ 4611686018427387904 * 2 }}",
        "{{ (-9223372036854775807 - 1) // -1 }}", "{{ (-9223372036854775807 - 1)|abs }}", "{{ 2 ** 64 }}",
        "{{ 1e300|int }}", "{{ 1 // 0 }}", "{{ 1 % 0 }}", "{{ 1.0 / 0 }}", "{{ [1][::0] }}", "{{ range(1, 2, 0) }}",
        "{{ ('9' * 30)|int }}", "{{ 99999999999999999999 }}",
    ])
    func failsOnNumbersWithoutTrapping(source: String) {
        #expect(throws: TemplateError.self) { try Self.render(source) }
    }

    @Test func readsEveryPrefixOfATemplate() throws {
        let source = """
            {%- macro m(a, b=[1, {'x': 2}]) -%}{{ a[1:-1]|default("q", true) ~ b.x }}{%- endmacro %}
            {# comment #}{% raw %}{{ raw }}{% endraw %}{% for x, y in z.items() if x is not none recursive %}
            {{- loop.index0 if loop.first else 1.5e3 }}{% else %}{% set ns.a = 'it\\'s' %}{% endfor %}
            {% call(u) m(*v, **w) %}{% filter upper|trim %}{{ u }}{% endfilter %}{% endcall %}
            """
        _ = try ChatTemplate(source: source)
        for end in source.indices {
            do {
                _ = try Self.render(String(source[..<end]))
            } catch {
                #expect(error is TemplateError)
            }
        }
    }

    @Test func rendersDeepContextsOrRefuses() throws {
        var value: JSONValue = 1
        for _ in 0..<150 { value = [value] }
        let context = JSONObject([(key: "x", value: value)])
        #expect(try Self.render("{{ x|tojson }}", context).count == 301)
        for _ in 0..<100 { value = [value] }
        #expect(throws: TemplateError.self) {
            try Self.render("{{ x }}", JSONObject([(key: "x", value: value)]))
        }
    }
}
