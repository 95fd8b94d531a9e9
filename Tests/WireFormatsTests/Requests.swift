import JSON
import WireFormats

/// A decoder and requests that it reads: the seeds of the fuzz test, and what every field's test starts from.
struct Endpoint: Sendable {
    let name: String
    let decode: @Sendable (JSONValue) throws(WireError) -> Void
    let seeds: [String]

    static let all: [Endpoint] = [
        Endpoint(
            name: "ollama chat", decode: { json throws(WireError) in _ = try OllamaChat.decode(json) },
            seeds: [
                #"{"model":"m","messages":[{"role":"user","content":"x","images":["AAEC"]},{"role":"assistant","thinking":"t","tool_calls":[{"id":"c","function":{"index":0,"name":"f","arguments":{"a":1}}}]},{"role":"tool","content":"3","tool_name":"f"}],"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}}],"stream":false,"format":{"type":"object"},"keep_alive":"5m","options":{"temperature":0.5,"stop":["a"],"logit_bias":[[5,false]]},"think":"high","logprobs":true,"top_logprobs":2}"#,
                #"{"model":"m","format":{"type":"choice","choice":["a","b"]},"tool_choice":"none","truncate":true}"#,
            ]),
        Endpoint(
            name: "ollama generate", decode: { json throws(WireError) in _ = try OllamaGenerate.decode(json) },
            seeds: [
                #"{"model":"m","prompt":"p","suffix":"s","system":"y","template":"t","context":[1,2],"raw":false,"images":["AA=="],"format":"json","keep_alive":-1,"think":true,"options":{"num_ctx":99}}"#
            ]),
        Endpoint(
            name: "ollama embed", decode: { json throws(WireError) in _ = try OllamaEmbed.decode(json) },
            seeds: [
                #"{"model":"m","input":["a","b"],"truncate":false,"dimensions":3,"options":{}}"#
            ]),
        Endpoint(
            name: "ollama embeddings", decode: { json throws(WireError) in _ = try OllamaEmbed.decodeSingle(json) },
            seeds: [#"{"model":"m","prompt":"a"}"#]),
        Endpoint(
            name: "ollama show", decode: { json throws(WireError) in _ = try OllamaShow.decode(json) },
            seeds: [
                #"{"name":"m","verbose":true,"system":"s","options":{"seed":1}}"#
            ]),
        Endpoint(
            name: "ollama create", decode: { json throws(WireError) in _ = try OllamaCreateRequest(json) },
            seeds: [
                #"{"model":"m","from":"b","files":{"a/b.gguf":"sha256:1"},"adapters":{"l":"sha256:2"},"quantize":"q4_K_M","template":"t","system":"s","license":["a","b"],"messages":[{"role":"user","content":"x"}],"parameters":{"stop":"x","temperature":1},"stream":false}"#
            ]),
        Endpoint(
            name: "ollama copy", decode: { json throws(WireError) in _ = try OllamaCopyRequest(json) },
            seeds: [
                #"{"source":"a","destination":"b"}"#
            ]),
        Endpoint(
            name: "ollama delete", decode: { json throws(WireError) in _ = try OllamaDeleteRequest(json) },
            seeds: [#"{"model":"a"}"#]),
        Endpoint(
            name: "ollama pull", decode: { json throws(WireError) in _ = try OllamaTransferRequest(json) },
            seeds: [#"{"name":"a","insecure":true,"stream":false}"#]),
        Endpoint(
            name: "openai chat", decode: { json throws(WireError) in _ = try OpenAIChat.decode(json) },
            seeds: [
                #"{"model":"m","messages":[{"role":"developer","content":"d"},{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAEC"}},{"type":"input_audio","input_audio":{"data":"AAEC","format":"wav"}}]},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},{"role":"tool","tool_call_id":"c","content":"r"}],"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"function","function":{"name":"f"}},"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{}}},"stream":true,"stream_options":{"include_usage":true},"n":2,"logit_bias":{"1":2},"logprobs":true,"top_logprobs":3,"stop":["a","b"],"reasoning_effort":"low","seed":1,"max_completion_tokens":5,"options":{"top_k":3},"chat_template_kwargs":{"enable_thinking":true}}"#,
                #"{"model":"m","messages":[{"role":"user","content":"x"}],"structured_outputs":{"regex":"a+"},"reasoning":{"effort":"none"},"guided_json":{"type":"object"}}"#,
            ]),
        Endpoint(
            name: "openai completions", decode: { json throws(WireError) in _ = try OpenAICompletions.decode(json) },
            seeds: [
                #"{"model":"m","prompt":[[1,2],"b"],"suffix":"s","echo":true,"best_of":3,"n":2,"logprobs":4,"max_tokens":5}"#,
                #"{"model":"m","prompt":[1,2,3],"stream":true}"#,
            ]),
        Endpoint(
            name: "openai embeddings", decode: { json throws(WireError) in _ = try OpenAIEmbeddings.decode(json) },
            seeds: [#"{"model":"m","input":["a",[1,2]],"encoding_format":"base64","dimensions":4}"#]),
        Endpoint(
            name: "openai responses", decode: { json throws(WireError) in _ = try OpenAIResponses.decode(json) },
            seeds: [
                #"{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_image","image_url":"data:;base64,AA=="}]},{"type":"reasoning","summary":[{"type":"summary_text","text":"s"}]},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"r"}],"instructions":"i","tools":[{"type":"function","name":"f","parameters":{}},{"type":"namespace","name":"n","tools":[{"type":"function","name":"g"}]},{"type":"web_search"}],"tool_choice":{"type":"function","name":"f"},"text":{"format":{"type":"json_schema","schema":{}}},"previous_response_id":"resp_1","store":true,"truncation":"auto","top_logprobs":2,"include":["x"],"max_output_tokens":4}"#
            ]),
        Endpoint(
            name: "rerank", decode: { json throws(WireError) in _ = try Rerank.decode(json) },
            seeds: [
                #"{"model":"m","query":"q","documents":["a",{"text":"b"}],"top_n":1,"return_documents":true}"#
            ]),
        Endpoint(
            name: "anthropic messages", decode: { json throws(WireError) in _ = try AnthropicMessages.decode(json) },
            seeds: [
                #"{"model":"m","max_tokens":9,"system":[{"type":"text","text":"s"}],"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":""},{"type":"text","text":"y"},{"type":"tool_use","id":"c","name":"f","input":{"a":1}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":[{"type":"text","text":"r"}]},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAEC"}}]}],"tools":[{"name":"f","description":"d","input_schema":{"type":"object"}},{"type":"web_search_20250305","name":"web_search"}],"tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true},"thinking":{"type":"enabled","budget_tokens":2000},"output_config":{"effort":"high","format":{"type":"json_schema","schema":{}}},"stop_sequences":["a"],"top_k":4,"stream":true}"#
            ]),
        Endpoint(
            name: "anthropic count", decode: { json throws(WireError) in _ = try AnthropicMessages.decodeCount(json) },
            seeds: [#"{"model":"m","messages":[{"role":"user","content":"x"}]}"#]),
        Endpoint(
            name: "llama tokenize",
            decode: { json throws(WireError) in _ = try LlamaServerTokens.decodeTokenize(json) },
            seeds: [#"{"content":"x","add_special":true,"parse_special":false,"with_pieces":true}"#]),
        Endpoint(
            name: "llama detokenize",
            decode: { json throws(WireError) in _ = try LlamaServerTokens.decodeDetokenize(json) },
            seeds: [#"{"tokens":[1,2]}"#]),
        Endpoint(
            name: "llama template",
            decode: { json throws(WireError) in _ = try LlamaServerTokens.decodeTemplate(json) },
            seeds: [#"{"messages":[{"role":"user","content":"x"}]}"#]),
        Endpoint(
            name: "llama completion",
            decode: { json throws(WireError) in _ = try LlamaServerCompletion.decode(json) },
            seeds: [#"{"prompt":"p","n_predict":3,"json_schema":{},"n_probs":2,"n_cmpl":2,"samplers":["top_k"]}"#]),
        Endpoint(
            name: "client events", decode: { json throws(WireError) in _ = try OllamaClient.events(json) },
            seeds: [
                #"{"model":"m","message":{"role":"assistant","content":"x","thinking":"t","tool_calls":[{"function":{"name":"f","arguments":{}}}]},"done":true,"done_reason":"stop","context":[1],"eval_count":3,"logprobs":[{"token":"x","logprob":-1,"bytes":[120],"top_logprobs":[]}]}"#
            ]),
        Endpoint(
            name: "client models",
            decode: { json throws(WireError) in
                _ = try OllamaTags.decode(json)
                _ = try OllamaProcesses.decode(json)
            },
            seeds: [
                #"{"models":[{"name":"m","modified_at":"2023-11-14T22:13:20Z","expires_at":"2023-11-14T22:13:20Z","size":5,"digest":"d","details":{"family":"f","families":["f"]}}]}"#
            ]),
        Endpoint(
            name: "client show", decode: { json throws(WireError) in _ = try OllamaShow.decodeReply(json) },
            seeds: [
                #"{"license":"l","details":{"family":"f"},"messages":[{"role":"user","content":"x"}],"model_info":{"a":1},"tensors":[{"name":"n","type":"F32","shape":[1,2]}],"capabilities":["c"],"modified_at":"2023-11-14T22:13:20+01:00"}"#
            ]),
        Endpoint(
            name: "client progress", decode: { json throws(WireError) in _ = try OllamaProgress(json) },
            seeds: [#"{"status":"s","digest":"d","total":5,"completed":3}"#]),
        Endpoint(
            name: "client vectors", decode: { json throws(WireError) in _ = try OllamaEmbed.vectors(json) },
            seeds: [#"{"embeddings":[[1,2.5]]}"#]),
    ]
}
