if CommandLine.arguments.dropFirst().first == "tokenize" {
    try TokenizeCommand.run(Array(CommandLine.arguments.dropFirst(2)))
} else {
    print("swiftllm")
}
