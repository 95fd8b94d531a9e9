print("swiftllm")
