#!/usr/bin/env python3
"""What grammar masks cost: `swiftllm grammar --bench` on a set of grammars, realistic and nasty, as a table.

    masks.py .build/release/swiftllm ggml-vocab-llama-bpe.gguf

Any model file will do; one that has nothing but its vocabulary too. Every text begins with nothing remembered, so "cold"
is the time of a mask whose state is met for the first time in this text; "warm" asks again in the same state.
"""

import json
import subprocess
import sys
import tempfile

PROSE = (
    "The quick survey of 1,204 households—carried out in Zürich, 東京 and São Paulo—found that people's reading habits "
    "hadn't changed much since 2019; however, getUserName() and snake_case_names still confuse most newcomers 😀. "
)


def string(**keywords):
    return {"type": "string", **keywords}


def fields(required=True, **properties):
    return {"type": "object", "properties": properties, "required": list(properties) if required else []}


PERSON = fields(
    name=string(minLength=2, maxLength=40),
    age={"type": "integer", "minimum": 0, "maximum": 150},
    role={"enum": ["admin", "editor", "viewer", "guest account"]},
    address=fields(street=string(maxLength=60), zip=string(pattern="^[0-9]{5}(-[0-9]{4})?$"), city=string()),
    tags={"type": "array", "items": string(minLength=1, maxLength=12), "maxItems": 8},
    score={"type": "number", "minimum": -1.5, "maximum": 99.25},
    active={"type": "boolean"},
)
ANNA = {
    "name": "Anna-Lena Großmann 東", "age": 37, "role": "guest account",
    "address": {"street": "Rue de l'Église 12, 3e étage", "zip": "10115-0042", "city": "Zürich \"Nord\"\n"},
    "tags": ["first", "getUserName", "naïve", "a b c d e f"], "score": -0.75, "active": True,
}
MANY = fields(False, **{name: string(maxLength=30) for name in (
    "id name title status priority owner created updated labels body comments votes links state kind zone x yes"
).split()})
MANY["additionalProperties"] = string(maxLength=20)
CITIES = [f"{a}{b}{c}" for a in ("North ", "New ", "San ", "Port ", "", "Bad ", "St. ", "Old ")
          for b in ("Haven", "Ulm", "York", "Mar", "Lake", "Ford", "Kassel", "Ash", "Berg", "Wick")
          for c in ("", "ville", " City", " upon Sea", "-by-the-Water")]
JSON_GBNF = r'''root ::= object
value ::= object | array | string | number | ("true" | "false" | "null") ws
object ::= "{" ws (string ":" ws value ("," ws string ":" ws value)*)? "}" ws
array ::= "[" ws (value ("," ws value)*)? "]" ws
string ::= "\"" ([^"\\\x7F\x00-\x1F] | "\\" (["\\bfnrt] | "u" [0-9a-fA-F]{4}))* "\"" ws
number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [0-9] [1-9]{0,15})? ws
ws ::= | " " | "\n" [ \t]{0,20}
'''
LINES = 'root ::= line{2,40}\nline ::= "- " [^\\n]{1,200} "\\n"\n'
CODE = r'''root ::= statement+
statement ::= name " = " sum ";\n" | "if (" sum ") {\n" statement+ "}\n" | "// " [^\n]* "\n"
sum ::= term (" + " term | " * " term)*
term ::= name | [0-9]{1,9} | "(" sum ")" | name "(" (sum (", " sum)*)? ")"
name ::= [a-zA-Z_] [a-zA-Z0-9_]{0,30}
'''
RECURSIVE = 'root ::= "\\"" rest\nrest ::= [^"\\n] rest | "\\"" more?\nmore ::= " + " root\n'
CALL = {"oneOf": [
    fields(name={"const": "search"}, arguments=fields(query=string(minLength=3, maxLength=60), limit={"type": "integer"})),
    fields(name={"const": "send_mail"}, arguments=fields(to=string(format="email"), body=string())),
]}


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def spaced(value):
    return json.dumps(value, ensure_ascii=False)


def case(name, kind, grammar, *texts, trigger=None):
    return name, kind, grammar, texts, trigger


CASES = [
    case("person", "schema", PERSON, compact(ANNA), spaced(ANNA), json.dumps(ANNA, indent=2)),
    case("counted string", "schema", string(minLength=20, maxLength=200),
         spaced(PROSE[:198]), spaced(PROSE[60:90]), json.dumps(PROSE[:190])),
    case("short strings", "schema", {"type": "array", "items": string(maxLength=5)},
         spaced([PROSE[i:i + 5] for i in range(0, 200, 5)])),
    case("least length", "schema", string(minLength=150), spaced(PROSE), spaced(PROSE[20:] + "\n\t\"x\\")),
    case("patterns", "schema", {"type": "array", "prefixItems": [
        string(pattern="^[a-z]{3,10}$"), string(pattern="^[A-Z][a-z]+( [A-Z][a-z]+){0,3}$"),
        string(pattern="[0-9]"), string(pattern="^\\w+([.-]\\w+)*@\\w+([.-]\\w+)*\\.[a-z]{2,}$"),
        string(pattern="^[^,]{1,30}(, [^,]{1,30})*$"), string(pattern="^(GET|POST) /[a-z0-9/_-]*$"),
        string(pattern="^.{5,30}\\.(txt|pdf)$"), string(pattern="^[a-z]{0,5}[a-z0-9]{3,12}$")]},
         spaced(["elephants", "Ada Byron Lovelace", "room 101 is upstairs", "first.last-name@mail.example.com",
                 "one fine day, two birds, getUserName()", "POST /api/v2/users_list/items",
                 "quarterly report 2024.pdf", "hello42world"])),
    case("formats", "schema", {"type": "array", "prefixItems": [
        string(format=f) for f in ("date-time", "uuid", "email", "hostname", "uri", "ipv4", "duration")]},
         spaced(["2024-02-29T23:59:59.123Z", "123e4567-e89b-12d3-a456-426614174000", "jane_doe.smith@mail.example.org",
                 "very-long-name.example.com", "https://example.com:8080/a/b/c.html?q=hello&x=1#top", "192.168.0.254",
                 "P3Y6M4DT12H30M5S"])),
    case("many keys", "schema", MANY,
         spaced({"id": "a-1", "title": "A title", "status": "open", "nickname": "none", "crew": "x", "Zoë": "y"}),
         spaced({"yes": "no", "yesterday": "today", "1st": "first", " ": "blank"})),
    case("400 choices", "schema", {"type": "array", "items": {"enum": CITIES}},
         spaced(CITIES[3:400:37]), compact(CITIES[1:400:53])),
    case("any JSON", "schema", {}, json.dumps(ANNA, indent=1), compact([ANNA, PROSE, {"k": [1, -2.5e-7, None]}])),
    case("JSON in GBNF", "gbnf", JSON_GBNF, spaced(ANNA), compact({"text": PROSE, "more": [1.5, True, {}]})),
    case("lines in GBNF", "gbnf", LINES, f"- {PROSE[:150]}\n- {PROSE[30:160]}\n- x\n- yes and no\n"),
    case("code in GBNF", "gbnf", CODE, "result = getValue(offset_x, 12) * (count + 7);\n"
         "if (isReady(flag)) {\n// say that it's \"done\" — naïvely\nstate_machine2 = 4096;\n}\n"),
    case("recursion in GBNF", "gbnf", RECURSIVE, f'"{PROSE[:150]}" + "more of it" + "{PROSE[40:99]}"'),
    case("words by regex", "regex", "([A-Za-z]{2,16} ){3,30}[a-z]+[.!?]", "The birds sang while many people "
         "walked along internationally renowned boulevards and listened carefully."),
    case("cells by regex", "regex", "[^,\\n]{0,40}(,[^,\\n]{0,40}){3,20}", "name,Zürich 東京,snake_case, 12 apples and "
         "pears,\"quoted\",,x"),
    case("codes by regex", "regex", "[A-Z]{2}[0-9]{2,30}|([a-f0-9]{4}-){2,7}[a-f0-9]{4}|(.{1,3};){4}.*",
         "DE8937040044053201300", "00ff-12ab-dead-beef", "a;bc;def;x; and then anything at all, said Ülkü"),
    case("tool call", "schema", CALL,
         f"{PROSE}I'll <b>search</b> < now: <tool_call>" + spaced(
             {"name": "search", "arguments": {"query": "weather in Zürich tomorrow", "limit": 5}}),
         "<tool_call>" + spaced({"name": "send_mail", "arguments": {"to": "jo@example.com", "body": PROSE}}),
         trigger="<tool_call>"),
]


def measure(program, model, entry):
    name, kind, grammar, texts, trigger = entry
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(compact(grammar) if kind == "schema" else grammar)
        file.flush()
        command = [program, "grammar", f"--{kind}", grammar if kind == "regex" else file.name, "--bench", "-m", model]
        if trigger:
            command += ["--trigger", trigger]
        lines = "".join(json.dumps(text) + "\n" for text in texts)
        found = subprocess.run(command, input=lines, capture_output=True, text=True)
    if found.returncode != 0:
        sys.exit(f"{name}: {found.stdout}{found.stderr}")
    return json.loads(found.stdout)


def main():
    program, model = sys.argv[1:3]
    print("| grammar | masks | compile, ms | cold median | p99 | max | warm median | max |\n" + "|---" * 8 + "|")
    for entry in CASES:
        found = measure(program, model, entry)
        cold, warm = found["cold_microseconds"], found["warm_microseconds"]
        print(f"| {entry[0]} | {found['masks']} | {found['compile_microseconds'] / 1000:.1f} | {cold['median']} "
              f"| {cold['p99']} | {cold['max']} | {warm['median']} | {warm['max']} |", flush=True)


if __name__ == "__main__":
    main()
