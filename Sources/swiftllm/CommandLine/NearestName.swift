/// Finds the name that was probably meant.
enum NearestName {
    /// The closest of some names, or nil if none is close enough to be a slip of the fingers.
    ///
    /// A word that begins exactly one name is taken for that name, cut short.
    static func of(_ word: String, in names: [String]) -> String? {
        let longer = names.filter { $0.hasPrefix(word) }
        if longer.count == 1, word.count > 3 { return longer[0] }
        let limit = max(1, word.count / 3)
        let ranked = names.map { (name: $0, distance: distance(Array(word), Array($0))) }
        return ranked.filter { $0.distance <= limit }.min { $0.distance < $1.distance }?.name
    }

    /// Insertions, deletions, substitutions and swaps of neighbours between two words.
    ///
    /// *Source*: optimal string alignment, the restricted Damerau-Levenshtein distance.
    static func distance(_ one: [Character], _ other: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...other.count)
        for i in 1..<one.count + 1 {
            var row = [i]
            for j in 1..<other.count + 1 {
                let isSame = one[i - 1] == other[j - 1]
                var best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (isSame ? 0 : 1))
                if i > 1, j > 1, one[i - 1] == other[j - 2], one[i - 2] == other[j - 1] {
                    best = min(best, beforeLast[j - 2] + 1)
                }
                row.append(best)
            }
            (beforeLast, last) = (last, row)
        }
        return last[other.count]
    }
}
