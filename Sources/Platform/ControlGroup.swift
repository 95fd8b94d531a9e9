/// The limits that Linux's control groups (containers) set to this process, in version 2 or 1 of their files.
///
/// A group is held by its own limits and by those of all groups around it.
package struct ControlGroup {
    /// The contents of a file, nil if there is none.
    private let read: (String) -> String?
    /// Paths of the process's group: of version 2 by the empty name, of version 1 by each controller's.
    private let paths: [String: String]

    private static let root = "/sys/fs/cgroup"

    package init(read: @escaping (String) -> String?) {
        self.read = read
        // Lines such as "0::/a/b" (version 2) and "4:cpu,cpuacct:/a/b".
        var paths: [String: String] = [:]
        for line in (read("/proc/self/cgroup") ?? "").split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            for controller in fields[1].split(separator: ",", omittingEmptySubsequences: false) {
                paths[String(controller)] = String(fields[2])
            }
        }
        self.paths = paths
    }

    /// Cores that the process may use on average, a part of one counted whole; nil without a quota.
    package var coreLimit: Int? {
        // "200000 100000", or "max 100000" for no quota; version 1 says -1.
        let version2 = files("cpu.max").map { $0.split(separator: " ").map { Int($0) } }
        let version1 = zip(files("cpu.cfs_quota_us", of: "cpu"), files("cpu.cfs_period_us", of: "cpu"))
            .map { [Int($0), Int($1)] }
        return (version2 + version1).compactMap { pair in
            guard pair.count == 2, let quota = pair[0], let period = pair[1], quota > 0, period > 0 else { return nil }
            return (quota - 1) / period + 1
        }.min()
    }

    /// Bytes of memory that the process may use; nil without a limit.
    package var memoryLimit: Int? {
        let limits = files("memory.max") + files("memory.limit_in_bytes", of: "memory")
        return limits.compactMap { Int($0) }.filter { $0 > 0 }.min()
    }

    /// First lines of a file in the folders of a group and of all around it.
    ///
    /// Inside a container the path may be that outside, where only the last, the root, is to be found.
    private func files(_ name: String, of controller: String = "") -> [String] {
        let root = controller.isEmpty ? Self.root : "\(Self.root)/\(controller)"
        var folder = Substring(paths[controller] ?? "/")
        var texts: [String] = []
        while true {
            if folder.hasSuffix("/") { folder.removeLast() }
            if let text = read("\(root)\(folder)/\(name)"), let line = text.split(separator: "\n").first {
                texts.append(String(line))
            }
            guard let slash = folder.lastIndex(of: "/") else { return texts }
            folder = folder[..<slash]
        }
    }
}
