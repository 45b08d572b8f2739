internal import Actions
internal import ByteIO
internal import EpisodeStore
internal import Workers

/// Checks a store: one parallel pass over its episodes, then comparisons between them.
public struct StoreCheck: Sendable {
  /// Whether frames are decoded.
  public enum Images: Sendable {
    case included
    case leftOut
  }

  private let path: String
  private let selection: CheckSelection
  private let images: Images
  private let workers: Int

  /// Prepares to check the store at `path`.
  public init(_ path: String, _ selection: CheckSelection, images: Images = .included, workers: Int = 1) {
    self.path = path
    self.selection = selection
    self.images = images
    self.workers = workers
  }

  /// Episodes that one task looks at before it takes the next ones.
  private static let groupSize = 16

  /// Checks; calls `begin` with the number of episodes first, and `progress` with how many were looked at since the call before.
  ///
  /// - Throws: `StoreError`, `JSONError`, `TensorFileError`, `FileError` where the store cannot be read.
  /// - Complexity: O(steps) and the frames' pixels; memory for about 3 kB an episode.
  public func run(
    begin: (Int) -> Void = { _ in }, progress: @Sendable @escaping (Int) -> Void = { _ in }
  ) async throws -> CurationReport {
    let store = try StoreContents(path)
    begin(store.places.count)
    let scale = try DatasetScale(store)
    let selection = selection
    let wantsImages = images == .included && DatasetExam.imageChecks.contains { selection.contains($0) }
    let groups = (store.places.count + Self.groupSize - 1) / Self.groupSize
    let found = Slots<(summaries: [EpisodeSummary], totals: Totals)>(count: groups)
    let imagesLeftOut = images == .leftOut
    try await forEachIndex(below: groups, workers: workers) { group in
      let range = group * Self.groupSize..<min((group + 1) * Self.groupSize, store.places.count)
      var totals = try StepTotals(store)
      var summaries: [EpisodeSummary] = []
      for place in store.places[range] {
        var exam = try EpisodeExam(store, scale, selection, place)
        try exam.run()
        totals.add(exam.a, exam.s)
        if wantsImages {
          let moving = (0..<exam.count).map { exam.isMoving($0) }
          for (view, _) in store.index.views {
            var frames = FrameExam(store, selection, place, view: view, moving: moving)
            if let view = try frames.run(&exam.summary.sheet) { exam.summary.views.append(view) }
          }
        }
        if exam.summary.views.isEmpty {
          exam.summary.sheet.skip(DatasetExam.imageChecks, imagesLeftOut ? .imagesLeftOut : .noImages)
        }
        summaries.append(exam.summary)
      }
      store.releasePages(range)
      found[group] = (summaries, totals.totals)
      progress(range.count)
    }
    return try await report(store, scale, found, includesImages: wantsImages)
  }

  /// Compares what was found of the episodes, and puts it together.
  private func report(
    _ store: StoreContents, _ scale: DatasetScale, _ found: Slots<(summaries: [EpisodeSummary], totals: Totals)>,
    includesImages: Bool
  ) async throws -> CurationReport {
    let groupCount = (store.places.count + Self.groupSize - 1) / Self.groupSize
    var totals = Totals(actionWidth: store.actionWidth, stateWidth: store.stateWidth)
    var summaries: [EpisodeSummary] = []
    summaries.reserveCapacity(store.places.count)
    for group in 0..<groupCount {
      guard let part = found[group] else { continue }
      summaries += part.summaries
      totals.add(part.totals)
      found[group] = nil
    }
    var exam = DatasetExam(store, scale, selection, summaries)
    summaries = []
    try await exam.run(totals, workers: workers)
    return try await exam.report(totals, includesImages: includesImages, workers: workers)
  }
}

/// Sums over steps, with the bins of normalised actions.
private struct StepTotals {
  private let store: StoreContents
  private let normalizer: ActionNormalizer
  private let tokenizer: ActionTokenizer
  var totals: Totals

  init(_ store: StoreContents) throws {
    self.store = store
    normalizer = ActionNormalizer(.boundsQ99, statistics: store.statistics.action)
    tokenizer = try ActionTokenizer(vocabularySize: 32_000)
    totals = Totals(actionWidth: store.actionWidth, stateWidth: store.stateWidth)
  }

  mutating func add(_ a: [Float], _ s: [Float]) {
    totals.add(a, store.actionWidth, s, s.isEmpty ? 0 : store.stateWidth)
    var rows = a
    guard a.allSatisfy(\.isFinite), (try? normalizer.normalize(&rows)) != nil else { return }
    for (i, value) in rows.enumerated() {
      totals.bins[i % store.actionWidth * 256 + tokenizer.bin(of: value)] += 1
    }
  }
}

extension DatasetExam {
  /// What was found, in order; what episodes were compared by goes on the way.
  mutating func report(_ totals: Totals, includesImages: Bool, workers: Int) async throws -> CurationReport {
    var counts: [Int: Int] = [:]
    var rows: [Int: Int] = [:]
    var instructions: [CurationReport.Instruction] = []
    for place in store.places where place.instruction >= 0 { counts[place.instruction, default: 0] += 1 }
    for place in store.places where place.instruction >= 0 && rows[place.instruction] == nil {
      rows[place.instruction] = instructions.count
      instructions.append(
        .init(store.instructions[place.instruction], episodeCount: counts[place.instruction] ?? 0))
    }
    let episodes = store.places.map { place in
      CurationReport.Episode(
        ordinal: place.ordinal, split: store.splits[place.split], length: place.steps.count,
        instruction: rows[place.instruction], success: place.success)
    }
    let order = Dictionary(uniqueKeysWithValues: CheckCatalog.all.enumerated().map { ($0.element.id, $0.offset) })
    var findings = dataset.findings
    for episode in summaries.indices {
      findings += summaries[episode].sheet.findings
      summaries[episode].sheet.findings = []
      summaries[episode].start = []
      summaries[episode].constant = []
    }
    let keys = findings.map { finding in
      SIMD4(
        Int64(order[finding.check] ?? 0), Int64(finding.episode ?? -1), Int64(finding.steps?.lowerBound ?? -1),
        Int64(finding.steps?.upperBound ?? -1))
    }
    let sorted = findings.indices.sorted { a, b in
      let (x, y) = (keys[a], keys[b])
      for part in 0..<4 where x[part] != y[part] { return x[part] < y[part] }
      return (findings[a].view ?? "") < (findings[b].view ?? "")
    }
    findings = sorted.map { findings[$0] }
    var findingCounts: [String: Int] = [:]
    for finding in findings { findingCounts[finding.check, default: 0] += 1 }
    let lengths = store.places.map { Double($0.steps.count) }
    let statistics = store.statistics.action
    let histograms = (0..<store.actionWidth).map { d in
      CurationReport.ActionHistogram(
        counts: Array(totals.bins[d * 256..<(d + 1) * 256]), q01: statistics.q01[d], q99: statistics.q99[d],
        min: statistics.min[d], max: statistics.max[d], isNormalized: statistics.mask?[d] ?? true)
    }
    let outcomes = Slots<CheckOutcome>(count: selection.checks.count)
    let (exam, counted) = (self, findingCounts)
    try await forEachIndex(below: selection.checks.count, workers: workers) { number in
      let check = exam.selection.checks[number]
      outcomes[number] = exam.outcome(check, counted[check.id] ?? 0, lengths)
    }
    return CurationReport(
      store: store.path, index: store.index, episodes: episodes, instructions: instructions,
      actionHistograms: histograms,
      outcomes: outcomes.filled, findings: findings,
      includesImages: includesImages)
  }

  private func outcome(_ check: Check, _ findingCount: Int, _ lengths: [Double]) -> CheckOutcome {
    var outcome = CheckOutcome(check, threshold: selection.threshold(of: check))
    outcome.findingCount = findingCount
    let place = ScoreSheet.place(check.id)
    if check.scope == .dataset {
      outcome.assessedCount = dataset.scores[place].isNaN ? 0 : 1
      if outcome.assessedCount == 0 { outcome.notAssessed = [.init(dataset.gaps[place].text, episodeCount: 0)] }
      return outcome
    }
    var gaps = [Int](repeating: 0, count: Gap.allCases.count)
    outcome.scores = summaries.map { summary in
      let value = summary.sheet.scores[place]
      if value.isNaN { gaps[Int(summary.sheet.gaps[place].rawValue)] += 1 }
      return value
    }
    outcome.notAssessed = Gap.allCases.filter { gaps[Int($0.rawValue)] > 0 }.map {
      .init($0 == .none ? Gap.tooFewEpisodes.text : $0.text, episodeCount: gaps[Int($0.rawValue)])
    }
    let known = outcome.scores.indices.filter { !outcome.scores[$0].isNaN }
    outcome.assessedCount = known.count
    let values = known.map { outcome.scores[$0] }
    outcome.histogram = Histogram(values)
    if check.isSoft, values.allSatisfy(\.isFinite) {
      outcome.lengthCorrelation = rankCorrelation(values, known.map { lengths[$0] })
    }
    return outcome
  }
}
