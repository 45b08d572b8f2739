public import TensorFiles

/// Which tensors the shards of a set of pairs have.
public struct PairLayout: Sendable, Equatable {
  /// How the frames of a view lie in a shard.
  public enum Form: Sendable, Equatable {
    /// Encoded files one after another: `image.<view>.bytes` and `.offsets`.
    case encoded
    /// `image.<view>` of shape [N, H, W, 3].
    case pixels(height: Int, width: Int)
  }

  /// The number of action dimensions, A, and of proprio dimensions, P; 0 where there is no proprio.
  public let actionDimension: Int
  public let proprioDimension: Int
  /// The views by name, sorted, and how their frames lie.
  public let views: [(name: String, form: Form)]

  public init(actionDimension: Int, proprioDimension: Int, views: [(name: String, form: Form)]) {
    self.actionDimension = actionDimension
    self.proprioDimension = proprioDimension
    self.views = views.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  public static func == (a: PairLayout, b: PairLayout) -> Bool {
    a.actionDimension == b.actionDimension && a.proprioDimension == b.proprioDimension
      && a.views.elementsEqual(b.views) { $0.name == $1.name && $0.form == $1.form }
  }

  /// The tensors of a shard of steps: N steps of E episodes, with K texts.
  public func stepTensors(
    steps: Int, episodes: Int, frameBytes: [String: Int], texts: Int, textBytes: Int
  ) -> [TensorDeclaration] {
    var tensors = [
      TensorDeclaration("action", .float32, [steps, actionDimension]),
      TensorDeclaration("action_bin", .uint8, [steps, actionDimension]),
      TensorDeclaration("episode.offsets", .uint64, [episodes + 1]),
      TensorDeclaration("episode.ordinal", .uint64, [episodes]),
      TensorDeclaration("episode.first_step", .uint32, [episodes]),
      TensorDeclaration("store.index", .uint16, [episodes]),
      TensorDeclaration("instruction.index", .int32, [episodes]),
      TensorDeclaration("instruction.offsets", .uint64, [texts + 1]),
      TensorDeclaration("instruction.bytes", .uint8, [textBytes]),
    ]
    if proprioDimension > 0 { tensors.append(.init("proprio", .float32, [steps, proprioDimension])) }
    for (view, form) in views {
      switch form {
      case .encoded:
        tensors.append(.init("image.\(view).bytes", .uint8, [frameBytes[view] ?? 0]))
        tensors.append(.init("image.\(view).offsets", .uint64, [steps + 1]))
      case .pixels(let height, let width):
        tensors.append(.init("image.\(view)", .uint8, [steps, height, width, 3]))
      }
    }
    return tensors
  }

  /// The tensors of a shard of pairs: S of them, with so many steps on each side.
  public static func pairTensors(pairs: Int, chosenSteps: Int, rejectedSteps: Int) -> [TensorDeclaration] {
    var tensors = [
      TensorDeclaration("pair.id", .uint64, [pairs]), TensorDeclaration("weight", .float32, [pairs]),
      TensorDeclaration("margin", .float32, [pairs]), TensorDeclaration("task.index", .uint32, [pairs]),
      TensorDeclaration("anchor", .int32, [pairs]), TensorDeclaration("strategy", .uint8, [pairs]),
      TensorDeclaration("unit", .uint8, [pairs]), TensorDeclaration("split", .uint8, [pairs]),
    ]
    for (side, steps) in [("chosen", chosenSteps), ("rejected", rejectedSteps)] {
      tensors += [
        TensorDeclaration(side + ".episode", .uint32, [pairs]), TensorDeclaration(side + ".begin", .uint32, [pairs]),
        TensorDeclaration(side + ".end", .uint32, [pairs]),
        TensorDeclaration(side + ".step_mask", .uint8, [steps]),
        TensorDeclaration(side + ".step_mask.offsets", .uint64, [pairs + 1]),
      ]
    }
    return tensors
  }
}
