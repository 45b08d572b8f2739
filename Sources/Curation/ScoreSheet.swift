/// The scores and findings of one episode, or of the dataset, as checks judge them.
struct ScoreSheet: Sendable {
  /// By the order of the catalog of checks; NaN where not assessed.
  var scores = [Double](repeating: .nan, count: CheckCatalog.all.count)
  /// Why not.
  var gaps = [Gap](repeating: .none, count: CheckCatalog.all.count)
  var findings: [Finding] = []

  private static let places = Dictionary(
    uniqueKeysWithValues: CheckCatalog.all.enumerated().map { ($0.element.id, $0.offset) })

  /// The place of the check called `id` among all.
  ///
  /// - Precondition: there is such a check.
  static func place(_ id: String) -> Int {
    guard let place = places[id] else { preconditionFailure("there is no check \(id)") }
    return place
  }

  /// What was scored for the check called `id`, nil where it was not.
  func score(_ id: String) -> Double? {
    let value = scores[Self.place(id)]
    return value.isNaN ? nil : value
  }

  /// Notes that the check called `id` cannot be assessed.
  mutating func skip(_ id: String, _ gap: Gap) { gaps[Self.place(id)] = gap }

  /// Notes that none of the checks called `ids` can be assessed.
  mutating func skip(_ ids: [String], _ gap: Gap) { for id in ids { skip(id, gap) } }

  /// Notes `score`, and a finding where it exceeds the threshold.
  mutating func judge(
    _ id: String, _ score: Double, _ selection: CheckSelection, episode: Int?, steps: ClosedRange<Int>? = nil,
    view: String? = nil, where condition: Bool = true, _ message: @autoclosure () -> String
  ) {
    let place = Self.place(id)
    let check = CheckCatalog.all[place]
    note(place, score, check.threshold.side)
    let threshold = selection.threshold(of: check)
    guard condition, check.threshold.isExceeded(by: score, value: threshold), selection.contains(id) else { return }
    findings.append(
      Finding(
        check, episode: episode, steps: steps, value: score, threshold: threshold, message: message(), view: view))
  }

  /// Notes `score` where it is worse than what was noted before, as for several views.
  private mutating func note(_ place: Int, _ score: Double, _ side: Check.Threshold.Side) {
    gaps[place] = .none
    let before = scores[place]
    scores[place] = before.isNaN ? score : side == .above ? max(before, score) : min(before, score)
  }
}
