/// The version that `--version` prints.
package let swiftllmVersion = "0.1.0"

/// The version of Ollama's interface that the server speaks, as `/api/version` reports it: clients check a minimum.
let apiVersion = "0.32.7"
