/// The pages of help inside a session.
enum SessionHelp {
    static func text(_ topic: SlashCommand.HelpTopic, takesFiles: Bool = false) -> String {
        switch topic {
        case .overview: overview + (takesFiles ? files : "")
        case .set: "Available Commands:\n" + rows(set, width: 24)
        case .parameters: "Available Parameters:\n" + rows(parameters, width: 38)
        case .show: "Available Commands:\n" + rows(show, width: 20)
        case .shortcuts: "Available keyboard shortcuts:\n" + rows(shortcuts, width: 20)
        case .load: "Usage:\n  /load <modelname>\n"
        case .save: "Usage:\n  /save <modelname>\n"
        }
    }

    private static func rows(_ rows: [(String, String)], width: Int) -> String {
        rows.map { name, meaning in
            let padding = String(repeating: " ", count: max(width - name.count, 1))
            return name.isEmpty ? "\n" : "  \(name)\(padding)\(meaning)\n"
        }.joined() + "\n"
    }

    private static let overview =
        "Available Commands:\n"
        + rows(
            [
                ("/set", "Set session variables"),
                ("/show", "Show model information"),
                ("/load <model>", "Load a session or model"),
                ("/save <model>", "Save your current session"),
                ("/list", "List the models on this machine"),
                ("/clear", "Clear session context"),
                ("/bye", "Exit"),
                ("/?, /help", "Help for a command"),
                ("/? shortcuts", "Help for keyboard shortcuts"),
            ], width: 16) + "Use \"\"\" to begin a multi-line message.\n\n"

    private static let files = "Write a path such as ./photo.png to send a .jpg, .png, .webp or .wav file.\n\n"

    private static let set = [
        ("/set parameter ...", "Set a parameter"),
        ("/set system <string>", "Set system message"),
        ("/set history", "Enable history"),
        ("/set nohistory", "Disable history"),
        ("/set wordwrap", "Enable wordwrap"),
        ("/set nowordwrap", "Disable wordwrap"),
        ("/set format json", "Enable JSON mode"),
        ("/set noformat", "Disable formatting"),
        ("/set verbose", "Show LLM stats"),
        ("/set quiet", "Disable LLM stats"),
        ("/set think [level]", "Enable thinking; level low, medium, high or max"),
        ("/set nothink", "Disable thinking"),
    ]

    private static let parameters = [
        ("/set parameter seed <int>", "Random number seed"),
        ("/set parameter num_predict <int>", "Max number of tokens to predict"),
        ("/set parameter top_k <int>", "Pick from top k num of tokens"),
        ("/set parameter top_p <float>", "Pick token based on sum of probabilities"),
        ("/set parameter min_p <float>", "Pick token based on top token probability * min_p"),
        ("/set parameter num_ctx <int>", "Set the context size"),
        ("/set parameter temperature <float>", "Set creativity level"),
        ("/set parameter repeat_penalty <float>", "How strongly to penalize repetitions"),
        ("/set parameter repeat_last_n <int>", "Set how far back to look for repetitions"),
        ("/set parameter num_gpu <int>", "The number of layers to send to the GPU"),
        ("/set parameter stop <string> <string> ...", "Set the stop parameters"),
    ]

    private static let show = [
        ("/show info", "Show details for this model"),
        ("/show license", "Show model license"),
        ("/show modelfile", "Show Modelfile for this model"),
        ("/show parameters", "Show parameters for this model"),
        ("/show system", "Show system message"),
        ("/show template", "Show prompt template"),
    ]

    private static let shortcuts = [
        ("Ctrl + a", "Move to the beginning of the line (Home)"),
        ("Ctrl + e", "Move to the end of the line (End)"),
        (" Alt + b", "Move back (left) one word"),
        (" Alt + f", "Move forward (right) one word"),
        ("Ctrl + k", "Delete the sentence after the cursor"),
        ("Ctrl + u", "Delete the sentence before the cursor"),
        ("Ctrl + w", "Delete the word before the cursor"),
        (" Alt + d", "Delete the word after the cursor"),
        ("Ctrl + y", "Insert what was deleted last"),
        ("", ""),
        (" Alt + Enter", "Begin a new line in the message"),
        ("Up, Down", "Go through earlier messages"),
        ("Tab", "Complete a command"),
        ("", ""),
        ("Ctrl + l", "Clear the screen"),
        ("Ctrl + g", "Open default editor to compose a prompt"),
        ("Ctrl + c", "Stop the model from responding"),
        ("Ctrl + d", "Exit (/bye)"),
    ]
}
