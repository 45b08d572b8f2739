internal import EpisodeStore

extension CurationReport {
  /// The checks as a suite of JUnit's XML: a check with findings of `failing` classes fails, one that could not be
  /// assessed is skipped.
  public func junit(failing: Set<CheckClass>) -> String {
    var cases = ""
    var (failures, skipped) = (0, 0)
    let byCheck = Dictionary(grouping: findings, by: \.check)
    for outcome in outcomes {
      let check = outcome.check
      let own = byCheck[check.id] ?? []
      cases += "  <testcase classname=\"\(check.checkClass.rawValue)\" name=\"\(check.id)\">\n"
      if !own.isEmpty, failing.contains(check.checkClass) {
        failures += 1
        let lines = own.prefix(20).map { finding in
          (finding.episode.map { "episode \($0): " } ?? "") + finding.message
        }
        let rest = own.count > lines.count ? "\n… and \(own.count - lines.count) more" : ""
        cases += "    <failure message=\"\(own.count) findings\">"
        cases += CurationPage.escaped(lines.joined(separator: "\u{2028}")).replacing("\u{2028}", with: "\n") + rest
        cases += "</failure>\n"
      } else if outcome.assessedCount == 0 {
        skipped += 1
        let why = outcome.notAssessed.map(\.text).joined(separator: "; ")
        cases += "    <skipped message=\"\(CurationPage.escaped(why))\"/>\n"
      }
      cases += "  </testcase>\n"
    }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"\(CurationPage.escaped(index.dataset))\" "
      + "tests=\"\(outcomes.count)\" failures=\"\(failures)\" skipped=\"\(skipped)\">\n\(cases)</testsuite>\n"
  }
}
