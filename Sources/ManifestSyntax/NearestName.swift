/// Finds the name that was probably meant.
public struct NearestName {
  /// Returns the candidate with the smallest edit distance to `name`, if it is near enough to be a slip.
  public static func of(_ name: String, among candidates: [String]) -> String? {
    let wanted = Array(name.utf8.prefix(128))
    var best: (name: String, distance: Int)?
    for candidate in candidates where candidate.utf8.count <= 256 {
      let distance = distance(wanted, Array(candidate.utf8))
      if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    guard let best, best.distance <= max(2, wanted.count / 3) else { return nil }
    return best.name
  }

  /// Returns `; did you mean …` or nothing.
  public static func hint(_ name: String, among candidates: [String]) -> String? {
    of(name, among: candidates).map { "did you mean \(quoted($0))" }
  }

  /// The Levenshtein distance.
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let substituted = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, diagonal + 1, row[j] + 1)
      }
    }
    return row[b.count]
  }
}
