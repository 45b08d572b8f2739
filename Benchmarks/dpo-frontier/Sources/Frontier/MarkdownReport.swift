/// The summary as Markdown tables.
public struct MarkdownReport: Sendable {
  public let results: Results

  public init(_ results: Results) { self.results = results }

  /// All tables, in the order: optimum, regrets, frontiers, DPO against the others, ends of trainings, reward models.
  public var text: String {
    [optimum, regrets, frontiers, rivalry, ends, rewardModels].joined(separator: "\n")
  }

  static func cell(_ band: Band?, digits: Int = 3) -> String {
    guard let band else { return "–" }
    let (mean, low, high) = (
      band.mean.fixed(digits), band.low.fixed(digits), band.high.fixed(digits)
    )
    return "\(mean) [\(low), \(high)]"
  }

  private func name(_ method: Method, _ budget: Int?) -> String {
    let row = results.summary.rows.first { $0.method == method && $0.budget == budget }
    return "\(method.title) | \(budget == nil ? "none" : (row?.pairs ?? 0).fixed(0))"
  }

  private var optimum: String {
    let summary = results.summary
    let head = Summary.divergences.map { "KL \($0)" }.joined(separator: " | ")
    let cells = summary.optimum.map { Self.cell($0) }.joined(separator: " | ")
    return """
      | reference | \(head) | most there is |
      |\(String(repeating: "---|", count: Summary.divergences.count + 2))
      | \(Self.cell(summary.reference)) | \(cells) | \(Self.cell(summary.ceiling)) |

      """
  }

  private var regrets: String {
    var text = """
      | method | pairs | points, in the window | least regret | mean regret | greatest regret | farthest KL | most reward |
      |---|---|---|---|---|---|---|---|

      """
    for row in results.summary.rows {
      text += "| \(name(row.method, row.budget)) | \(row.points), \(row.pointsInWindow) "
      text += "| \(Self.cell(row.least)) | \(Self.cell(row.mean)) | \(Self.cell(row.greatest)) "
      text += "| \(Self.cell(row.farthest, digits: 2)) | \(Self.cell(row.highest)) |\n"
    }
    return text
  }

  private var frontiers: String {
    var text = "| method | pairs | " + Summary.divergences.map { "KL \($0)" }.joined(separator: " | ")
    text += " | frontier regret |\n|" + String(repeating: "---|", count: Summary.divergences.count + 3) + "\n"
    for row in results.summary.rows {
      text += "| \(name(row.method, row.budget)) | " + row.frontier.map { $0.mean.fixed(3) }.joined(separator: " | ")
      text += " | \(Self.cell(row.frontierRegret)) |\n"
    }
    return text
  }

  private var rivalry: String {
    var text = """
      | method | pairs | DPO's pairs | frontier regret less DPO's | its points that DPO beats | DPO's points that it beats |
      |---|---|---|---|---|---|

      """
    let pairs = results.summary.rows.filter { $0.method == .dpo }.map(\.pairs)
    for row in results.summary.rows where row.method != .dpo {
      for (place, over) in row.frontierRegretOverDPO.enumerated() {
        let beaten = place < row.beatenByDPO.count ? row.beatenByDPO[place] : nil
        let beats = place < row.beatsDPO.count ? row.beatsDPO[place] : nil
        text += "| \(name(row.method, row.budget)) | \(pairs[row.budget ?? place].fixed(0)) | \(Self.cell(over)) "
        text += "| \(Self.cell(beaten, digits: 2)) | \(Self.cell(beats, digits: 2)) |\n"
      }
    }
    return text
  }

  private var ends: String {
    var text = """
      | method | pairs | setting | KL at the end | reward at the end | most reward on the way | training accuracy \
      | held-out accuracy | chosen log-ratio | rejected log-ratio |
      |---|---|---|---|---|---|---|---|---|---|

      """
    for end in results.summary.ends {
      text += "| \(name(end.method, end.budget)) | \(end.setting) | \(Self.cell(end.divergence, digits: 2)) "
      text += "| \(Self.cell(end.reward)) | \(Self.cell(end.highest)) | \(Self.cell(end.accuracy)) "
      text += "| \(Self.cell(end.heldOutAccuracy)) | \(Self.cell(end.chosen, digits: 2)) "
      text += "| \(Self.cell(end.rejected, digits: 2)) |\n"
    }
    return text
  }

  private var rewardModels: String {
    var text = """
      | reward model | budget | steps kept | validation accuracy | held-out accuracy |
      |---|---|---|---|---|

      """
    for budget in Set(results.rewardModels.map(\.budget)).sorted() {
      for terms in RewardModel.Terms.allCases {
        let records = results.rewardModels.filter { $0.budget == budget && $0.terms == terms }
        text += "| \(terms.rawValue) | \(budget) | \(Self.cell(Band(records.map { Double($0.step) }), digits: 0)) "
        text += "| \(Self.cell(Band(records.map(\.validationAccuracy)))) "
        text += "| \(Self.cell(Band(records.map(\.heldOutAccuracy)))) |\n"
      }
    }
    return text
  }
}

extension Double {
  /// With `digits` decimals, halves away from zero.
  func fixed(_ digits: Int) -> String {
    guard isFinite else { return "\(self)" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = (magnitude * scale).rounded(.toNearestOrAwayFromZero)
    let sign = self < 0 && scaled > 0 ? "−" : ""
    let whole = (scaled / scale).rounded(.down)
    guard digits > 0 else { return sign + "\(Int(whole))" }
    let rest = String(Int(scaled - whole * scale))
    return sign + "\(Int(whole))." + String(repeating: "0", count: digits - rest.count) + rest
  }
}
