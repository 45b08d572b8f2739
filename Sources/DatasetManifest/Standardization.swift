import ByteIO
internal import ManifestSyntax

extension DatasetManifest {
  /// Standardises one episode.
  ///
  /// The first rows are dropped, the expressions evaluated, the last rows dropped, and then the filters applied in
  /// their order. Arithmetic on float32 features rounds to float32 at each operation, on float64 features once at
  /// the end.
  /// - Throws: `ManifestError` when a feature is missing or unfit, or when a value of the result is not finite.
  public func standardize(_ episode: some EpisodeFeatures) throws -> StandardizationOutcome {
    let place = ManifestPlace(file: file)
    let needed = dropFirst + dropLast
    guard episode.stepCount >= needed else {
      throw ManifestError(
        place: place.child("drop"),
        "the episode has \(episode.stepCount) steps, but \(needed) are dropped; leave it out")
    }
    let reader = FeatureReader(episode: episode, first: dropFirst)
    let count = episode.stepCount - needed
    let (action, actionWidth) = try columns(action, "action", count, reader)
    guard masks.normalize.count == actionWidth else { throw maskError(actionWidth) }
    let state = proprio.isEmpty ? nil : try columns(proprio, "proprio", count, reader)
    var result = StandardizedEpisode(
      rows: Array(dropFirst..<dropFirst + count), action: action, actionDimension: actionWidth,
      proprio: state?.values,
      proprioDimension: state?.width ?? 0, reward: try scalars(reward, named: "steps/reward", count, reader),
      discount: try scalars(discount, named: "steps/discount", count, reader), success: try succeeded(reader),
      instructions: InstructionTable())
    var texts = try instructions(count, reader)
    for filter in filters {
      switch filter.rule {
      case .dropZeroActions(let columns, let tolerance):
        let kept = try nonzeroRows(of: result, columns, tolerance, filter.place)
        result.keep(kept)
        texts = texts.isEmpty ? [] : kept.map { texts[$0] }
      case .dropNoOps(let path, let tolerance):
        let kept = try movingRows(of: result, path, tolerance, reader)
        result.keep(kept)
        texts = texts.isEmpty ? [] : kept.map { texts[$0] }
      case .minimumSteps(let minimum) where result.rows.count < minimum:
        return .dropped(reason: "min_steps: \(result.rows.count) steps, fewer than \(minimum)")
      case .minimumSteps: break
      case .require(let path, let requirement, let extent, let presence):
        let values =
          switch presence {
          case .always: try reader.values(of: path.path, at: path.place)
          case .ifPresent: try reader.optionalValues(of: path.path, at: path.place)
          }
        guard values.map({ requirement.matches($0, at: extent) }) ?? true else {
          let place = extent == .last ? " at the last step" : ""
          return .dropped(reason: "require: \(path.path.manifestForm) is not \(requirement)\(place)")
        }
      }
    }
    for row in result.rows.indices { result.instructions.append(texts.isEmpty ? [] : texts[row]) }
    return .kept(result)
  }

  func maskError(_ width: Int) -> ManifestError {
    ManifestError(
      place: masksPlace,
      "the masks have \(masks.normalize.count) columns, but the action has \(width); mend the action or give masks"
    )
  }

  private func columns(
    _ parts: [ManifestPart], _ key: String, _ count: Int, _ reader: FeatureReader<some EpisodeFeatures>
  ) throws -> (values: [Float], width: Int) {
    var rows: [Rows] = []
    for part in parts {
      let value = try Evaluation(reader: reader, part: part).rows()
      guard case .known = value.type.columns else {
        throw ManifestError(
          place: part.place,
          "a shape of \(describe(value.shape)) cannot be joined; slice it or use flatten(…)")
      }
      rows.append(value)
    }
    let all = joined(rows)
    let values = all.values.prefix(count * all.width).map { Float($0) }
    guard values.count == count * all.width else {
      throw ManifestError(.bug, place: ManifestPlace(file: file).child(key), "fewer rows than steps")
    }
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      let place = partPlace(parts, rows, column: bad % all.width)
      throw ManifestError(
        place: place,
        "step \(dropFirst + bad / all.width), column \(bad % all.width) of \(key) is \(values[bad]); leave the episode out"
      )
    }
    return (values, all.width)
  }

  /// The place of the part that makes `column`.
  private func partPlace(_ parts: [ManifestPart], _ rows: [Rows], column: Int) -> ManifestPlace {
    var end = 0
    for (part, rows) in zip(parts, rows) {
      end += rows.width
      if column < end { return part.place }
    }
    return ManifestPlace(file: file)
  }

  /// One number per row of a feature that the manifest names, or of the usual one where it exists and fits.
  private func scalars(
    _ path: PlacedPath?, named usual: String, _ count: Int, _ reader: FeatureReader<some EpisodeFeatures>
  ) throws(ManifestError) -> [Float]? {
    let place = path?.place ?? ManifestPlace(file: file)
    let wanted = path?.path ?? FeaturePath(name: usual)
    if path == nil {
      guard case .numbers(let array) = try reader.optionalValues(of: wanted, at: place),
        array.shape.allSatisfy({ $0 == 1 })
      else { return nil }
    }
    let rows = try reader.rows(of: wanted, at: place)
    guard rows.width == 1 else {
      throw ManifestError(
        place: place, "\(wanted) has shape \(describe(rows.shape)) where one number per step is due")
    }
    return rows.values.prefix(count).map { Float($0) }
  }

  /// Whether any value of the success feature is not zero.
  private func succeeded(_ reader: FeatureReader<some EpisodeFeatures>) throws(ManifestError) -> Bool? {
    if let success {
      guard case .numbers(let array) = try reader.values(of: success.path, at: success.place) else {
        throw ManifestError(
          place: success.place, "\(success.path) holds byte strings where truth values are due")
      }
      return array.values.contains { $0 != 0 }
    }
    for usual in Self.usualSuccess {
      let place = ManifestPlace(file: file)
      if case .numbers(let array) = try reader.optionalValues(of: FeaturePath(name: usual), at: place) {
        return array.values.contains { $0 != 0 }
      }
    }
    return nil
  }

  /// The instruction of each row, empty where there is none; no rows when the manifest names no source.
  private func instructions(
    _ count: Int, _ reader: FeatureReader<some EpisodeFeatures>
  ) throws(ManifestError) -> [[UInt8]] {
    var texts: [[UInt8]] = []
    for part in language {
      let source: [[UInt8]]
      switch try LanguageSource(part) {
      case .text(let path): source = try reader.strings(of: path, at: part.place)
      case .codePoints(let path):
        let rows = try reader.rows(of: path, at: part.place)
        let width = rows.width
        source = (0..<reader.rowCount).map { utf8(codePoints: rows.values[$0 * width..<($0 + 1) * width]) }
      }
      for (row, text) in source.prefix(count).enumerated() where !isUTF8(text) {
        throw ManifestError(
          place: part.place, "step \(dropFirst + row): the instruction is not UTF-8; leave the episode out")
      }
      texts =
        texts.isEmpty
        ? Array(source.prefix(count)) : zip(texts, source).map { $0.isEmpty ? $1 : $0 }
    }
    return texts
  }

  private func nonzeroRows(
    of episode: StandardizedEpisode, _ columns: Expression, _ tolerance: Double, _ place: ManifestPlace
  ) throws(ManifestError) -> [Int] {
    guard case .slice(_, let start, let stop) = columns.form else { return Array(episode.rows.indices) }
    let width = episode.actionDimension
    let part = ManifestPart(expression: columns, place: place)
    let inference = TypeInference(part: part) { (_, _) throws(ManifestError) in nil }
    let range = try inference.columns(start, stop, of: width, columns)
    return episode.rows.indices.filter { row in
      range.contains { Double(episode.action[row * width + $0].magnitude) > tolerance }
    }
  }

  /// The positions of rows that move the robot or its gripper.
  private func movingRows(
    of episode: StandardizedEpisode, _ path: PlacedPath, _ tolerance: Double,
    _ reader: FeatureReader<some EpisodeFeatures>
  ) throws(ManifestError) -> [Int] {
    let rows = try reader.rows(of: path.path, at: path.place)
    let width = rows.width
    guard width > 1 else {
      throw ManifestError(
        place: path.place, "\(path.path) has shape \(describe(rows.shape)); a motion and a gripper's column are due")
    }
    var gripper: Double?
    return episode.rows.indices.filter { position in
      let start = (episode.rows[position] - dropFirst) * width
      let motion = rows.values[start..<start + width - 1].reduce(0) { $0 + $1 * $1 }.squareRoot()
      let command = rows.values[start + width - 1]
      guard motion < tolerance, gripper ?? command == command else {
        gripper = command
        return true
      }
      return false
    }
  }
}

extension DatasetManifest {
  /// Where a success is looked for when the manifest does not say.
  static let usualSuccess = ["episode_metadata/success", "success"]

  /// Features that standardisation needs, without those of the views, sorted.
  public var requiredFeatures: [FeaturePath] {
    var paths = Set((action + proprio + language).flatMap(\.expression.features))
    for path in [reward, discount, success] { if let path { paths.insert(path.path) } }
    for filter in filters {
      switch filter.rule {
      case .require(let path, _, _, .always), .dropNoOps(let path, _): paths.insert(path.path)
      default: continue
      }
    }
    return paths.sorted { $0.name < $1.name }
  }

  /// Features that standardisation uses where they exist, sorted.
  public var optionalFeatures: [FeaturePath] {
    var names: [String] = []
    if reward == nil { names.append("steps/reward") }
    if discount == nil { names.append("steps/discount") }
    if success == nil { names += Self.usualSuccess }
    for filter in filters {
      if case .require(let path, _, _, .ifPresent) = filter.rule { names.append(path.path.name) }
    }
    return Set(names).sorted().map(FeaturePath.init(name:))
  }
}

extension StandardizedEpisode {
  /// Keeps the rows at `positions`, which ascend.
  fileprivate mutating func keep(_ positions: [Int]) {
    guard positions.count < rows.count else { return }
    action = positions.flatMap { action[$0 * actionDimension..<($0 + 1) * actionDimension] }
    proprio = proprio.map { values in
      positions.flatMap { values[$0 * proprioDimension..<($0 + 1) * proprioDimension] }
    }
    reward = reward.map { values in positions.map { values[$0] } }
    discount = discount.map { values in positions.map { values[$0] } }
    rows = positions.map { rows[$0] }
  }
}

private func isUTF8(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }
