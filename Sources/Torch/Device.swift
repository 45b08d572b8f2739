internal import CTorch

/// Where a tensor lies and is computed.
public enum Device: Equatable, Sendable, CustomStringConvertible {
  case cpu
  /// The CUDA device of this number, from 0.
  case cuda(Int)

  /// Reads `cpu`, `cuda` or `cuda:1`; `nil` where it is none of these.
  public init?(_ text: String) {
    if text == "cpu" {
      self = .cpu
    } else if text == "cuda" {
      self = .cuda(0)
    } else if text.hasPrefix("cuda:"), let number = Int(text.dropFirst(5)), (0..<128).contains(number) {
      self = .cuda(number)
    } else {
      return nil
    }
  }

  public var description: String {
    switch self {
    case .cpu: "cpu"
    case .cuda(let number): "cuda:\(number)"
    }
  }

  /// Makes the device ready, which for CUDA loads its library.
  ///
  /// - Throws: `TorchError` where it is not there.
  public func prepare() throws(TorchError) {
    guard case .cuda(let number) = self else { return }
    var count: Int32 = 0
    do {
      try unsafe checked("CUDA") { error in unsafe ctorch_cuda_devices(&count, error) }
    } catch {
      if case .refused(let text) = error.reason { throw TorchError(.deviceMissing(text), operation: "\(self)") }
      throw error
    }
    guard number < count else {
      throw TorchError(.deviceMissing("this machine has \(count) CUDA devices"), operation: "\(self)")
    }
  }

  var code: ctorch_device {
    switch self {
    case .cpu: -1
    case .cuda(let number): Int32(number)
    }
  }

  init(code: ctorch_device) { self = code < 0 ? .cpu : .cuda(Int(code)) }
}
