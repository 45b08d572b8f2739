internal import TensorFiles

/// A shard of pairs, whose tensors fit each other.
final class PairRows: Sendable {
  private let path: String
  private let ids: [UInt64]
  private let weights: [Float]
  private let margins: [Float]
  private let tasks: [UInt32]
  private let anchors: [Int32]
  private let strategies: [UInt8]
  private let units: [UInt8]
  let splits: [UInt8]
  private let sides: [Side]

  private struct Side: Sendable {
    let episode: [UInt32]
    let begin: [UInt32]
    let end: [UInt32]
    let mask: [UInt8]
    let offsets: [UInt64]
  }

  /// Reads the shard at `path`: about 60 bytes a pair, and one a step.
  init(_ path: String, count: Int, episodeCount: Int) throws {
    let file = try SafetensorsFile(path)
    func fail(_ problem: String) -> PairShardError { PairShardError(file: path, problem + "; pair again") }
    func steps(_ side: String) -> Int { file.declaration(side + ".step_mask")?.shape.first ?? 0 }
    for tensor in PairLayout.pairTensors(
      pairs: count, chosenSteps: steps("chosen"), rejectedSteps: steps("rejected"))
    where file.declaration(tensor.name) != tensor {
      throw fail("tensor `\(tensor.name)` is missing or not \(tensor.dtype.rawValue) \(tensor.shape)")
    }
    self.path = path
    ids = try file.values("pair.id", .uint64, as: UInt64.self)
    weights = try file.values("weight", .float32, as: Float.self)
    margins = try file.values("margin", .float32, as: Float.self)
    tasks = try file.values("task.index", .uint32, as: UInt32.self)
    anchors = try file.values("anchor", .int32, as: Int32.self)
    strategies = try file.values("strategy", .uint8, as: UInt8.self)
    units = try file.values("unit", .uint8, as: UInt8.self)
    splits = try file.values("split", .uint8, as: UInt8.self)
    var sides: [Side] = []
    for name in ["chosen", "rejected"] {
      let side = Side(
        episode: try file.values(name + ".episode", .uint32, as: UInt32.self),
        begin: try file.values(name + ".begin", .uint32, as: UInt32.self),
        end: try file.values(name + ".end", .uint32, as: UInt32.self),
        mask: try file.values(name + ".step_mask", .uint8, as: UInt8.self),
        offsets: try file.values(name + ".step_mask.offsets", .uint64, as: UInt64.self))
      guard side.episode.allSatisfy({ Int($0) < episodeCount }) else {
        throw fail("tensor `\(name).episode` names episodes that the set does not have")
      }
      var end: UInt64 = 0
      for pair in 0..<count {
        guard side.begin[pair] < side.end[pair], side.offsets[pair] == end else {
          throw fail("`\(name)` of pair \(pair) has no steps, or its mask has another place")
        }
        end += UInt64(side.end[pair] - side.begin[pair])
      }
      guard side.offsets[count] == end, end == UInt64(side.mask.count), side.mask.allSatisfy({ $0 <= 1 }) else {
        throw fail("tensor `\(name).step_mask` does not have a 0 or 1 for each step")
      }
      sides.append(side)
    }
    self.sides = sides
  }

  func row(_ pair: Int, of index: PairIndex) throws(PairShardError) -> PairRow {
    guard Int(strategies[pair]) < index.strategies.count, Int(units[pair]) < index.units.count,
      Int(splits[pair]) < index.splits.count, Int(tasks[pair]) < index.tasks.count
    else { throw PairShardError(file: path, "pair \(pair) has names that the index does not have; pair again") }
    func side(_ side: Side) -> PairRow.Side {
      PairRow.Side(
        episode: Int(side.episode[pair]), steps: Int(side.begin[pair])..<Int(side.end[pair]),
        mask: Array(side.mask[Int(side.offsets[pair])..<Int(side.offsets[pair + 1])]))
    }
    return PairRow(
      id: ids[pair], chosen: side(sides[0]), rejected: side(sides[1]), weight: weights[pair], margin: margins[pair],
      task: Int(tasks[pair]), strategy: index.strategies[Int(strategies[pair])],
      unit: index.units[Int(units[pair])], split: index.splits[Int(splits[pair])],
      anchor: anchors[pair] < 0 ? nil : Int(anchors[pair]))
  }
}
