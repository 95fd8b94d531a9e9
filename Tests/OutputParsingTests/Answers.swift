import JSON

import OutputParsing
import Testing

/// An answer as models write it, and what it means. The forms are those of the models' templates and of the answers
/// that other engines test with.
struct Answer: CustomTestStringConvertible {
    let format: OutputFormat
    let said: String
    var prompt = ""
    var thinking = ""
    var text = ""
    /// Names and arguments.
    var calls: [(String, String)] = []

    var testDescription: String { "\(format.name): \(said.prefix(60))" }

    var expected: Transcript {
        get throws {
            var transcript = Transcript()
            transcript.thinking = thinking
            transcript.text = text
            transcript.calls = try calls.map {
                Transcript.Call(name: $0, arguments: try #require(try JSONParser.parse($1).objectValue))
            }
            return transcript
        }
    }

    static let think = [ThinkingTags("<think>", "</think>", place: .atStart)]
    static let thinkingHermes = OutputFormat.hermes.reasoning(think)

    static let all: [Answer] =
        hermes + llama + mistral + tagged + deepSeek + lists + pythonic + gemma + channels + reasoning
}

extension OutputFormat {
    static let hermes = named("hermes")
    static let llama3 = named("llama3")
    static let llamaPythonic = named("llama-pythonic")
    static let mistral = named("mistral")
    static let mistralList = named("mistral-list")
    static let qwen3Coder = named("qwen3-coder")
    static let seed = named("seed")
    static let glm = named("glm")
    static let hunyuan = named("hunyuan")
    static let miniMaxM2 = named("minimax-m2")
    static let miniCPM = named("minicpm")
    static let deepSeekDSML = named("deepseek-dsml")
    static let kimiK3 = named("kimi-k3")
    static let kimiK2 = named("kimi-k2")
    static let deepSeekV31 = named("deepseek-v3.1")
    static let deepSeekV3 = named("deepseek-v3")
    static let granite3 = named("granite3")
    static let phi4 = named("phi4")
    static let functools = named("functools")
    static let toolCalls = named("tool-calls")
    static let nemotronNano2 = named("nemotron-nano-v2")
    static let apertus = named("apertus")
    static let gigaChat31 = named("gigachat-v3.1")
    static let gigaChat3 = named("gigachat-v3")
    static let commandR = named("command-r")
    static let cohere = named("cohere")
    static let functionary31 = named("functionary-v3.1")
    static let functionary32 = named("functionary-v3.2")
    static let lfm2 = named("lfm2")
    static let olmo3 = named("olmo3")
    static let gemmaToolCode = named("gemma-tool-code")
    static let gemma4 = named("gemma4")
    static let functionGemma = named("functiongemma")
    static let harmony = named("harmony")
    static let glimmer = named("glimmer")
    static let solar = named("solar")
    static let plain = named("plain")

    /// A row of the table; no format at all if there is none, which its answers will show.
    private static func named(_ name: String) -> OutputFormat {
        all.first { $0.name == name } ?? detect(template: "")
    }

    static func generic(tag: String) -> OutputFormat {
        detect(template: "{{ range .ToolCalls }}\(tag){\"name\": \"{{ .Function.Name }}\"}{{ end }}")
    }

    func reasoning(_ tags: [ThinkingTags]) -> OutputFormat {
        var format = self
        format.thinking = tags
        return format
    }
}

private let one = ("special_function", #"{"arg1": 1}"#)
private let two = ("special_function_with_opt", #"{"arg1": 1, "arg2": 2}"#)
private let hello = "Hello, world!\nWhat's up?"

extension OutputFormat: CustomTestStringConvertible {
    public var testDescription: String { name }
}

extension Answer {
    static let hermes = [
        Answer(format: .hermes, said: hello, text: hello),
        Answer(
            format: .hermes,
            said: "<tool_call>\n{\"name\": \"special_function\", \"arguments\": {\"arg1\": 1}}\n</tool_call>",
            calls: [one]),
        Answer(
            format: .hermes,
            said: hello
                + "\n<tool_call>\n{\"name\": \"special_function\", \"arguments\": {\"arg1\": 1}}\n</tool_call>\n"
                + "<tool_call>\n{\"name\": \"special_function_with_opt\", \"arguments\": {\"arg1\": 1, \"arg2\": 2}}"
                + "</tool_call>\n",
            text: hello, calls: [one, two]),
        Answer(
            format: .hermes,
            said: #"<tool_call>{"arguments": {"arg1": 1}, "id": 7, "name": "special_function"}</tool_call>"#,
            calls: [one]),
        Answer(
            format: .hermes,
            said: #"<tool_call>{"name": "special_function", "arguments": "{\"arg1\": 1}"}</tool_call>!"#, text: "!",
            calls: [one]),
        Answer(
            format: .hermes,
            said:
                #"<tool_call>{"type":"function","function":{"name":"special_function","arguments":{"arg1":1}}}</tool_call>"#,
            calls: [one]),
        Answer(format: .hermes, said: #"<tool_call>{"name": "now"}</tool_call>"#, calls: [("now", "{}")]),
        Answer(format: .hermes, said: #"<tool_call>{"name": "now", "arguments": null}"#, calls: [("now", "{}")]),
        // A closing brace or tag left out, a raw line break in a string.
        Answer(
            format: .hermes, said: #"<tool_call>{"name": "f", "arguments": {"a": [1, "]}"]}</tool_call> ok"#,
            text: "ok", calls: [("f", #"{"a": [1, "]}"]}"#)]),
        Answer(
            format: .hermes, said: "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": \"1\n2\"}}",
            calls: [("f", #"{"a": "1\n2"}"#)]),
        // What is no call stays text.
        Answer(format: .hermes, said: "the tag <tool_call> begins a call", text: "the tag <tool_call> begins a call"),
        Answer(
            format: .hermes, said: "a <tool_call>{\"name\": 1}</tool_call>",
            text: "a <tool_call>{\"name\": 1}</tool_call>"),
        Answer(format: .hermes, said: "<tool_call>{\"name\": \"f\", \"arg", text: "<tool_call>{\"name\": \"f\", \"arg"),
        Answer(format: .hermes, said: "1 < 2 and <tool_c", text: "1 < 2 and <tool_c"),
        Answer(format: .hermes, said: "  \n text \n", text: "  \n text \n"),
        Answer(format: .plain, said: " <tool_call>\n", text: " <tool_call>\n"),
    ]

    static let llama = [
        Answer(format: .llama3, said: #"{"name": "special_function", "parameters": {"arg1": 1}}"#, calls: [one]),
        Answer(
            format: .llama3,
            said: #"<|python_tag|>{"type": "function", "name": "special_function", "parameters": {"arg1": 1}}"#,
            calls: [one]),
        Answer(
            format: .llama3,
            said: #"{"name": "special_function", "parameters": {"arg1": 1}}; "#
                + #"{"name": "special_function_with_opt", "parameters": {"arg1": 1, "arg2": 2}}"#,
            calls: [one, two]),
        Answer(format: .llama3, said: #"{"answer": 42}"#, text: #"{"answer": 42}"#),
        Answer(
            format: .llama3, said: #"so {"name": "f", "parameters": {}}"#, text: #"so {"name": "f", "parameters": {}}"#),
        Answer(format: .llamaPythonic, said: "[special_function(arg1=1)]", calls: [one]),
        Answer(
            format: .llamaPythonic, said: "[Wikipedia](https://w.org) says", text: "[Wikipedia](https://w.org) says"),
        Answer(format: .llamaPythonic, said: "[1, 2, 3]", text: "[1, 2, 3]"),
        Answer(
            format: .llamaPythonic, said: "<|python_start|>[special_function(arg1=1)]<|python_end|>", calls: [one]),
    ]

    static let mistral = [
        Answer(
            format: .mistralList,
            said: #"[TOOL_CALLS][{"name": "special_function", "arguments": {"arg1": 1}, "id": "123456789"}]"#,
            calls: [one]),
        Answer(
            format: .mistralList,
            said: #"[TOOL_CALLS] [{"name": "special_function", "arguments": {"arg1": 1}}, "#
                + #"{"name": "special_function_with_opt", "arguments": {"arg1": 1, "arg2": 2}}]"#,
            calls: [one, two]),
        Answer(format: .mistral, said: #"[TOOL_CALLS]special_function[ARGS]{"arg1": 1}"#, calls: [one]),
        Answer(
            format: .mistral,
            said: hello + #"[TOOL_CALLS]special_function[CALL_ID]000000001[ARGS]{"arg1": 1}"#
                + #"[TOOL_CALLS]special_function_with_opt[CALL_ID]000000002[ARGS]{"arg1": 1, "arg2": 2}"#,
            text: hello, calls: [one, two]),
        Answer(
            format: .mistral.reasoning([ThinkingTags("[THINK]", "[/THINK]")]),
            said: "[THINK]Let me [TOOL_CALLS]f[ARGS]{} see[/THINK]" + #"[TOOL_CALLS]special_function[ARGS]{"arg1": 1}"#,
            thinking: "Let me [TOOL_CALLS]f[ARGS]{} see", calls: [one]),
    ]

    static let tagged = [
        Answer(
            format: .qwen3Coder,
            said: "Let me call it.\n<tool_call>\n<function=special_function>\n<parameter=arg1>\nx\n y\n</parameter>\n"
                + "</function>\n</tool_call>\n",
            text: "Let me call it.", calls: [("special_function", #"{"arg1": "x\n y"}"#)]),
        Answer(
            format: .qwen3Coder, said: "<function=f>\n</function>\n</tool_call>\n<tool_call>\n<function=g></function>",
            calls: [("f", "{}"), ("g", "{}")]),
        Answer(format: .qwen3Coder, said: "if a <function=b then", text: "if a <function=b then"),
        Answer(
            format: .seed,
            said: "<seed:tool_call>\n<function=edit>\n<parameter=new>def f():\n    pass\n</parameter>\n</function>\n"
                + "</seed:tool_call>",
            calls: [("edit", #"{"new": "def f():\n    pass\n"}"#)]),
        Answer(
            format: .glm,
            said:
                "<tool_call>f\n<arg_key>a</arg_key>\n<arg_value>1 < 2</arg_value>\n</tool_call><tool_call>g</tool_call>",
            calls: [("f", #"{"a": "1 < 2"}"#), ("g", "{}")]),
        Answer(
            format: .hunyuan,
            said: "<tool_calls:opensource>\n<tool_call:opensource>f<tool_sep:opensource>\n<arg_key:opensource>a"
                + "</arg_key:opensource>\n<arg_value:opensource>b</arg_value:opensource>\n</tool_call:opensource>\n"
                + "</tool_calls:opensource>",
            calls: [("f", #"{"a": "b"}"#)]),
        Answer(
            format: .miniMaxM2,
            said: "<minimax:tool_call>\n<invoke name=\"f\">\n<parameter name=\"a\">1</parameter>\n</invoke>\n"
                + "<invoke name=\"g\">\n</invoke>\n</minimax:tool_call>",
            calls: [("f", #"{"a": "1"}"#), ("g", "{}")]),
        Answer(
            format: .miniCPM,
            said:
                "<function name=\"html\"><param name=\"m\"><![CDATA[<a href=\"/x\">hi</a> </param>]]></param></function>\n"
                + "<function name=\"p\"><param name=\"c\">print('y')</param></function>",
            calls: [("html", #"{"m": "<a href=\"/x\">hi</a> </param>"}"#), ("p", #"{"c": "print('y')"}"#)]),
        Answer(
            format: .deepSeekDSML,
            said: "<｜DSML｜function_calls>\n<｜DSML｜invoke name=\"f\">\n"
                + "<｜DSML｜parameter name=\"a\" string=\"true\">7</｜DSML｜parameter>\n"
                + "<｜DSML｜parameter name=\"b\" string=\"false\">[7]</｜DSML｜parameter>\n</｜DSML｜invoke>\n"
                + "</｜DSML｜function_calls>",
            calls: [("f", #"{"a": "7", "b": [7]}"#)]),
        Answer(
            format: .kimiK3,
            said:
                "I should<|close|>think<|sep|><|open|>response<|sep|>On it.<|close|>response<|sep|><|open|>tools<|sep|>"
                + "<|open|>call tool=\"f\" index=\"1\"<|sep|><|open|>argument key=\"a\" type=\"number\"<|sep|>1<|close|>"
                + "argument<|sep|><|open|>argument key=\"b\" type=\"string\"<|sep|>2<|close|>argument<|sep|><|close|>call"
                + "<|sep|><|close|>tools<|sep|><|close|>message<|sep|>",
            prompt: "<|open|>think<|sep|>", thinking: "I should", text: "On it.", calls: [("f", #"{"a": 1, "b": "2"}"#)]
        ),
    ]

    static let deepSeek = [
        Answer(
            format: .deepSeekV31,
            said: "CONTENT<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_time<｜tool▁sep｜>{\"city\": \"Paris\"}"
                + "<｜tool▁call▁end｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{\"city\": \"Paris\"}<｜tool▁call▁end｜>"
                + "<｜tool▁calls▁end｜>",
            text: "CONTENT",
            calls: [("get_time", #"{"city": "Paris"}"#), ("get_weather", #"{"city": "Paris"}"#)]),
        Answer(
            format: .deepSeekV3.reasoning(think),
            said: "</think><｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>special_function\n"
                + "```json\n{\"arg1\": 1}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>"
                + "special_function_with_opt\n```json\n{\"arg1\": 1, \"arg2\": 2}```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
            prompt: "<｜Assistant｜><think>\n", calls: [one, two]),
        Answer(
            format: .kimiK2,
            said:
                "<|tool_calls_section_begin|><|tool_call_begin|>functions.special_function:0<|tool_call_argument_begin|>"
                + "{\"arg1\": 1}<|tool_call_end|><|tool_call_begin|>functions.special_function_with_opt:1"
                + "<|tool_call_argument_begin|>{\"arg1\": 1, \"arg2\": 2}<|tool_call_end|><|tool_calls_section_end|>",
            calls: [one, two]),
    ]

    static let lists = [
        Answer(
            format: .granite3, said: #"<|tool_call|>[{"name": "special_function", "arguments": {"arg1": 1}}]"#,
            calls: [one]),
        Answer(
            format: .phi4,
            said: #"<|tool_call|>[{"name": "special_function", "arguments": {"arg1": 1}}]<|/tool_call|>"#,
            calls: [one]),
        Answer(
            format: .functools, said: #" functools[{"name": "special_function", "arguments": {"arg1": 1}}]"#,
            calls: [one]),
        Answer(
            format: .functools, said: "import functools\nfunctools.reduce", text: "import functools\nfunctools.reduce"),
        Answer(
            format: .toolCalls,
            said: "<tool_calls>\n{\"name\": \"special_function\", \"arguments\": {\"arg1\": 1}}\n"
                + "{\"name\": \"special_function_with_opt\", \"arguments\": {\"arg1\": 1, \"arg2\": 2}}\n</tool_calls>",
            calls: [one, two]),
        Answer(
            format: .nemotronNano2,
            said: "<TOOLCALL>[{\"name\": \"special_function\", \"arguments\": {\"arg1\": 1}}]</TOOLCALL>\n",
            calls: [one]),
        Answer(
            format: .apertus, said: "<|tools_prefix|>[{\"special_function\": {\"arg1\": 1}}]<|tools_suffix|>",
            calls: [one]),
        Answer(
            format: .gigaChat31,
            said: hello + #"<|function_call|>{"name": "special_function", "arguments": {"arg1": 1}}"#,
            text: hello, calls: [one]),
        Answer(
            format: .gigaChat3,
            said:
                "<|message_sep|>\n\nfunction call<|role_sep|>\n{\"name\": \"special_function\", \"arguments\": {\"arg1\": 1}}",
            calls: [one]),
        Answer(
            format: .commandR,
            said: "Action:\n```json\n[{\"tool_name\": \"special_function\", \"parameters\": {\"arg1\": 1}}]\n```",
            calls: [one]),
        Answer(
            format: .cohere,
            said: "<|START_THINKING|>I'm\nthinking<|END_THINKING|><|START_ACTION|>[\n"
                + "    {\"tool_call_id\": \"0\", \"tool_name\": \"special_function\", \"parameters\": {\"arg1\": 1}},\n"
                + "    {\"tool_call_id\": \"1\", \"tool_name\": \"python\", \"parameters\": {\"code\": \"print('hey')\"}}\n"
                + "]<|END_ACTION|>",
            thinking: "I'm\nthinking", calls: [one, ("python", #"{"code": "print('hey')"}"#)]),
        Answer(format: .cohere, said: "<|START_RESPONSE|>\(hello)<|END_RESPONSE|>", text: hello),
        Answer(format: .functionary31, said: "<function=special_function>{\"arg1\": 1}</function>", calls: [one]),
        Answer(
            format: .generic(tag: "<call>"), said: "<call>{\"name\": \"f\", \"parameters\": {}} x", text: "x",
            calls: [("f", "{}")]),
        Answer(format: .generic(tag: ""), said: "[{\"name\": \"f\", \"parameters\": {}}]", calls: [("f", "{}")]),
    ]

    static let pythonic = [
        Answer(
            format: .lfm2,
            said:
                "Sure.<|tool_call_start|>[special_function(arg1=1), special_function_with_opt(arg1=1, arg2=2)]<|tool_call_end|>",
            text: "Sure.", calls: [one, two]),
        Answer(
            format: .lfm2,
            said: "<|tool_call_start|>[Calendar.create(title=\"d\\\"\\n\", who=['A', 'B'], "
                + "meta={\"p\": True, 'q': null}, n=-1.5e3, z=None)]<|tool_call_end|>",
            calls: [
                (
                    "Calendar.create",
                    #"{"title": "d\"\n", "who": ["A", "B"], "meta": {"p": true, "q": null}, "n": -1.5e3, "z": null}"#
                )
            ]),
        Answer(
            format: .olmo3, said: "<function_calls>\nspecial_function(arg1=1)\nempty()\n</function_calls>",
            calls: [one, ("empty", "{}")]),
        Answer(
            format: .gemmaToolCode, said: "Fine.\n```tool_code\nprint(special_function(arg1=1))\n```", text: "Fine.",
            calls: [one]),
        Answer(
            format: .lfm2, said: "<|tool_call_start|>[f(a=)]<|tool_call_end|>",
            text: "<|tool_call_start|>[f(a=)]<|tool_call_end|>"),
    ]

    static let gemma = [
        Answer(
            format: .gemma4,
            said:
                "<|channel>thought\nI'm\nthinking<channel|><|tool_call>call:get_time{city:<|\"|>San, {Francisco}<|\"|>}<tool_call|>"
                + "<|tool_call>call:set{config:{theme:<|\"|>dark<|\"|>,count:3},on:true,x:null,l:[<|\"|>a<|\"|>,-7,1.5e10],e:{}}<tool_call|>",
            thinking: "I'm\nthinking",
            calls: [
                ("get_time", #"{"city": "San, {Francisco}"}"#),
                (
                    "set",
                    #"{"config": {"theme": "dark", "count": 3}, "on": true, "x": null, "l": ["a", -7, 1.5e10], "e": {}}"#
                ),
            ]),
        Answer(format: .gemma4, said: "<|channel>thought<channel|>\(hello)", text: hello),
        Answer(
            format: .gemma4,
            said: "<|channel><|channel>thought\n<channel|>\(hello)<|channel>thought\n<channel|><channel|>", text: hello),
        Answer(
            format: .functionGemma,
            said:
                "<start_function_call>call:get_weather{city:<escape>Paris<escape>,days:3}<end_function_call><start_function_response>",
            calls: [("get_weather", #"{"city": "Paris", "days": 3}"#)]),
    ]

    static let channels = [
        Answer(
            format: .harmony, said: "<|channel|>final<|message|>" + hello, prompt: "<|start|>assistant", text: hello),
        Answer(
            format: .harmony,
            said: "<|channel|>analysis<|message|>I'm\nthinking<|end|><|start|>assistant<|channel|>final<|message|>"
                + hello,
            prompt: "<|start|>assistant", thinking: "I'm\nthinking", text: hello),
        Answer(
            format: .harmony, said: " to=functions.special_function<|channel|>analysis<|message|>{\"arg1\": 1}",
            prompt: "<|start|>assistant", calls: [one]),
        Answer(
            format: .harmony,
            said:
                "<|channel|>commentary to=functions.special_function <|constrain|>json<|message|>{\"arg1\": 1}<|call|>",
            calls: [one]),
        Answer(
            format: .harmony,
            said: "<|channel|>analysis<|message|>I'm\nthinking<|end|>"
                + "<|start|>assistant to=functions.special_function<|channel|>commentary <|constrain|>json<|message|>{\"arg1\": 1}",
            prompt: "<|start|>assistant", thinking: "I'm\nthinking", calls: [one]),
        Answer(
            format: .harmony,
            said:
                "<|channel|>commentary to=assistant<|channel|>analysis<|message|>I'm\nthinking<|end|><|start|>assistant<|channel|>"
                + "final<|message|>" + hello,
            prompt: "<|start|>assistant", thinking: "I'm\nthinking", text: hello),
        Answer(format: .harmony, said: hello, prompt: "<|start|>assistant", text: hello),
        Answer(format: .functionary32, said: "all\n" + hello, prompt: ">>>", text: hello),
        Answer(
            format: .functionary32,
            said: "special_function\n{\"arg1\": 1}\n>>>special_function_with_opt\n{\"arg1\": 1, \"arg2\": 2}",
            prompt: ">>>", calls: [one, two]),
        Answer(format: .functionary32, said: "I say: no", prompt: ">>>", text: "I say: no"),
        Answer(
            format: .glimmer,
            said:
                " to=self<|message|>Hm<|eom|><|start|>assistant to=user<|message|>Hi<|eom|><|start|>assistant to=f<|message|>"
                + "<atem:function_calls>\n<atem:invoke name=\"f\">\n<atem:parameter name=\"a\">1</atem:parameter>\n"
                + "</atem:invoke>\n</atem:function_calls>",
            prompt: "<|start|>assistant", thinking: "Hm", text: "Hi", calls: [("f", #"{"a": "1"}"#)]),
        Answer(
            format: .glimmer,
            said: " to=user<|message|>Like <atem:function_calls>\n<atem:invoke name=\"f\">\n</atem:invoke>\n<|eot|>",
            prompt: "<|start|>assistant",
            text: "Like <atem:function_calls>\n<atem:invoke name=\"f\">\n</atem:invoke>\n"),
        Answer(
            format: .solar,
            said:
                "<|think|>Hm<|end|><|begin|>assistant<|content|>Hi<|end|><|begin|>assistant<|tool_calls|><|tool_call:begin|>x1"
                + "<|tool_call:name|>special_function<|tool_call:args|>{\"arg1\": 1}<|tool_call:end|><|calls|>",
            prompt: "<|begin|>assistant", thinking: "Hm", text: "Hi", calls: [one]),
    ]

    static let reasoning = [
        Answer(
            format: thinkingHermes, said: "<think>\nI'm\nthinking\n</think>\n\n" + hello, thinking: "I'm\nthinking",
            text: hello),
        Answer(
            format: thinkingHermes, said: "I'm\nthinking\n</think>\n\n" + hello,
            prompt: "<|im_start|>assistant\n<think>\n",
            thinking: "I'm\nthinking", text: hello),
        Answer(format: thinkingHermes, said: "\n<think>\n\n</think>\n\n" + hello, text: hello),
        Answer(format: thinkingHermes, said: "</think>\n\n" + hello, text: hello),
        Answer(format: thinkingHermes, said: hello, prompt: "<think>\n\n</think>\n\n", text: hello),
        Answer(
            format: thinkingHermes,
            said: "<think>use <tool_call>{\"name\": \"f\"}</tool_call></think><tool_call>{\"name\": \"g\"}",
            thinking: "use <tool_call>{\"name\": \"f\"}</tool_call>", calls: [("g", "{}")]),
        Answer(format: thinkingHermes, said: "a <think> is a tag", text: "a <think> is a tag"),
        Answer(format: thinkingHermes, said: "<think>never closed </thin", thinking: "never closed </thin"),
        Answer(
            format: OutputFormat.toolCalls.reasoning([
                ThinkingTags("Here are my reasoning steps:", "[BEGIN FINAL RESPONSE]", place: .atStart)
            ]), said: "I'm\nthinking\n[BEGIN FINAL RESPONSE]\n" + hello, prompt: "Here are my reasoning steps:\n",
            thinking: "I'm\nthinking", text: hello),
    ]
}
