public import ByteIO

/// A failure of the tensor engine.
public struct TorchError: Failure, Equatable {
  /// What went wrong.
  public enum Reason: Equatable, Sendable {
    /// The memory of the host or of the device does not suffice.
    case outOfMemory
    /// The engine refuses: operands that do not fit each other.
    case refused(String)
    /// The device is not there.
    case deviceMissing(String)
    /// The engine has no tensors of this element type.
    case typeUnknown(String)
    /// Other processes of the run did not come.
    case ranksMissing(String)
  }

  public let reason: Reason
  /// The operation, in the engine's terms.
  public let operation: String

  public init(_ reason: Reason, operation: String) {
    self.reason = reason
    self.operation = operation
  }

  public var kind: FailureKind {
    switch reason {
    case .outOfMemory, .ranksMissing: .tryAgain
    case .refused: .bug
    case .deviceMissing: .usage
    case .typeUnknown: .badData
    }
  }

  public var description: String {
    switch reason {
    case .outOfMemory:
      "\(operation): memory is exhausted; use a smaller batch, bf16, or a machine with more memory"
    case .refused(let text): "\(operation): the tensor engine refuses: \(text)"
    case .deviceMissing(let text): "\(operation): no such device: \(text); use --device cpu"
    case .ranksMissing(let text): "\(operation): \(text); start all of them again"
    case .typeUnknown(let name): "\(operation): tensors of type \(name) are not computed with; convert them first"
    }
  }
}
