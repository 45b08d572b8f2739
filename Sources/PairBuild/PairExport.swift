internal import ByteIO
internal import JSON
public import PairShards

/// Writes pairs for other people's trainers: JSON lines and image files.
public struct PairExport: Sendable {
  public enum Format: String, Sendable, CaseIterable {
    /// Rows of TRL's DPO trainer for vision: images, prompt, chosen, rejected.
    case trl
    /// Rows of TRL's KTO trainer: images, prompt, completion, label.
    case kto
  }

  /// What was written.
  public struct Report: Sendable, Equatable {
    public var rowCount = 0
    public var imageCount = 0
    public var byteCount = 0
    /// Pairs whose sides share no observation at which their actions differ: a row has one prompt.
    public var unsharedCount = 0
    /// Steps that are desirable in one pair and not in another one.
    public var contradictedCount = 0
  }

  private let set: PairSet
  private let format: Format
  private let out: String
  private let view: String
  private let split: String?
  private let form: PairLayout.Form

  /// Prepares to export `set` to the directory `out`.
  ///
  /// - Throws: `PairBuildError` for a view or a split that there is not, or a directory with something in it.
  public init(_ set: PairSet, format: Format, to out: String, view: String?, split: String?) throws {
    let views = set.index.layout.views
    guard
      let chosen = view.map({ name in views.first { $0.name == name } })
        ?? (views.first { $0.name == "primary" } ?? views.first)
    else {
      throw PairBuildError(
        .usage,
        "\(set.path): there is no view `\(view ?? "")`; the views are \(views.map(\.name).joined(separator: ", "))")
    }
    if let split, !set.index.splits.contains(split) {
      throw PairBuildError(
        .usage, "there is no split `\(split)`; the splits are \(set.index.splits.joined(separator: ", "))")
    }
    if Directory.entry(out) == .directory, let other = try Directory.names(out).first(where: { $0 != "images" }) {
      throw PairBuildError(.outputUnavailable, "\(out): the directory holds `\(other)`; choose an empty one for --out")
    }
    self.set = set
    self.format = format
    self.out = out
    self.split = split
    self.view = chosen.name
    form = chosen.form
  }

  /// The prompt that OpenVLA was trained with.
  private static func prompt(_ instruction: String?) -> String {
    "In: What action should the robot take to \((instruction ?? "act").lowercased())?\nOut:"
  }

  /// Writes the rows; the file of rows comes last.
  ///
  /// - Throws: `PairShardError`, `PairBuildError`, `FileError`.
  public func run() throws -> Report {
    try Directory.create(out + "/images")
    var report = Report()
    var known: Set<String> = []
    let file = try AtomicFile(out + "/rows.jsonl")
    switch format {
    case .trl:
      for position in 0..<set.count {
        let pair = try set.pair(position)
        if let split, pair.split != split { continue }
        guard let row = try row(pair, &known, &report) else {
          report.unsharedCount += 1
          continue
        }
        try file.append(Array((row.serialized() + "\n").utf8))
        report.rowCount += 1
      }
    case .kto: try writeSteps(to: file, &known, &report)
    }
    guard report.rowCount > 0 else {
      throw PairBuildError(
        "\(set.path): no row is left: \(report.unsharedCount) pairs share no observation at which actions differ; "
          + "pair steps or segments, or export kto")
    }
    report.byteCount += file.byteCount
    try file.commit()
    report.imageCount = known.count
    return report
  }

  // MARK: - Pairs

  /// The row of the first step at which both sides see the same frame and act differently; nil where there is none.
  private func row(_ pair: PairRow, _ known: inout Set<String>, _ report: inout Report) throws -> JSONValue? {
    let (a, b) = (try set.episode(pair.chosen.episode), try set.episode(pair.rejected.episode))
    for offset in 0..<min(pair.chosen.steps.count, pair.rejected.steps.count) {
      let (x, y) = (pair.chosen.steps.lowerBound + offset, pair.rejected.steps.lowerBound + offset)
      let bins = (try a.actionBins(x..<x + 1), try b.actionBins(y..<y + 1))
      guard bins.0 != bins.1, try a.frame(view, x) == b.frame(view, y) else { continue }
      return [
        "images": [.string(try image(a, x, &known, &report))],
        "prompt": Self.message("user", Self.prompt(a.instruction)),
        "chosen": Self.message("assistant", Self.answer(bins.0)),
        "rejected": Self.message("assistant", Self.answer(bins.1)), "chosen_bins": Self.numbers(bins.0),
        "rejected_bins": Self.numbers(bins.1), "weight": .real(Double(pair.weight)), "split": .string(pair.split),
        "pair_id": .string(pair.name),
      ]
    }
    return nil
  }

  private static func message(_ role: String, _ text: String) -> JSONValue {
    [["role": .string(role), "content": .string(text)]]
  }

  /// Bins as numbers with spaces between.
  private static func answer(_ bins: [UInt8]) -> String { bins.map { String($0) }.joined(separator: " ") }

  private static func numbers(_ bins: [UInt8]) -> JSONValue { .array(bins.map { JSONValue(Int($0)) }) }

  /// Writes a frame, once however often it is used, and returns its name.
  private func image(
    _ episode: PairEpisode, _ step: Int, _ known: inout Set<String>, _ report: inout Report
  ) throws -> String {
    let frame = try FrameFile(episode, view, step, form)
    let name = "images/\(SHA256Digest.hexadecimal(of: frame.bytes).prefix(20)).\(frame.suffix)"
    if known.insert(name).inserted {
      let file = try AtomicFile(out + "/" + name, purpose: .scratch)  // Flushed with the directory by the rows' commit.
      try file.append(frame.bytes)
      try file.commit()
      report.byteCount += frame.bytes.count
    }
    return name
  }

  // MARK: - Steps

  private struct Step: Hashable {
    let episode: Int
    let step: Int
  }

  /// Writes a row for each step that counts in a pair, or that an item without partner has.
  private func writeSteps(to file: AtomicFile, _ known: inout Set<String>, _ report: inout Report) throws {
    var labels: [Step: (good: Bool, bad: Bool, split: String)] = [:]
    func note(_ episode: Int, _ step: Int, _ isGood: Bool, _ split: String) {
      let key = Step(episode: episode, step: step)
      let old = labels[key] ?? (false, false, split)
      labels[key] = (old.good || isGood, old.bad || !isGood, split)
    }
    for position in 0..<set.count {
      let pair = try set.pair(position)
      if let split, pair.split != split { continue }
      for (side, isGood) in [(pair.chosen, true), (pair.rejected, false)] {
        for (step, counts) in zip(side.steps, side.mask) where counts == 1 {
          note(side.episode, step, isGood, pair.split)
        }
      }
    }
    if set.index.files.contains(where: { $0.name == PairIndex.unpairedName }) {
      let name = set.path + "/" + PairIndex.unpairedName
      var number = 0
      try PairLines.forEachLine(name) { bytes in
        number += 1
        let node = JSONNode(try JSONValue(parsing: bytes, file: name), file: "\(name):\(number)")
        let (side, ownSplit) = (try node.member("side"), try node.member("split").string())
        let row = try side.member("episode").count()
        guard row < set.index.episodeCount, let isGood = try node.member("label").value.bool else {
          throw PairBuildError("\(name):\(number): its episode or label is not of this set; pair again")
        }
        if let split, ownSplit != split { return }
        let episode = try set.episode(row)
        let steps = try side.member("t0").count()..<max(side.member("t0").count(), side.member("t1").count())
        for step in steps.clamped(to: episode.steps) { note(row, step, isGood, ownSplit) }
      }
    }
    for (key, label) in labels.sorted(by: { ($0.key.episode, $0.key.step) < ($1.key.episode, $1.key.step) }) {
      guard label.good != label.bad else {
        report.contradictedCount += 1
        continue
      }
      let episode = try set.episode(key.episode)
      let bins = try episode.actionBins(key.step..<key.step + 1)
      let row: JSONValue = [
        "images": [.string(try image(episode, key.step, &known, &report))],
        "prompt": Self.message("user", Self.prompt(episode.instruction)),
        "completion": Self.message("assistant", Self.answer(bins)), "label": .bool(label.good),
        "bins": Self.numbers(bins), "split": .string(label.split), "episode": JSONValue(key.episode),
        "step": JSONValue(key.step),
      ]
      try file.append(Array((row.serialized() + "\n").utf8))
      report.rowCount += 1
    }
  }
}
