import ByteIO
import Checkpoints
import TensorFiles
import TestSupport
import Testing
import Torch
import VLA

/// The small random policies whose every stage the reference computed.
enum TinyPolicy {
  static func folder(_ set: String) throws -> CheckpointFolder {
    try CheckpointFolder(Repository.fixture("TinyOpenVLA/\(set)/model"))
  }

  static func expected(_ set: String, _ file: String = "forward") throws -> SafetensorsFile {
    try SafetensorsFile(Repository.fixture("TinyOpenVLA/\(set)/\(file).safetensors"))
  }

  /// One of the oracle's tensors.
  static func tensor(_ set: String, _ name: String) throws -> Tensor {
    let file = try expected(set)
    let declaration = try #require(file.declaration(name))
    return try Tensor.copying(file.bytes(name), declaration.dtype, declaration.shape)
  }

  /// The oracle's batch, with images or as text alone.
  static func batch(_ set: String, images: Bool = true) throws -> PolicyBatch {
    PolicyBatch(
      inputIDs: try tensor(set, "input_ids"), attentionMask: try tensor(set, "attention_mask"),
      pixelValues: images ? try tensor(set, "pixel_values") : nil, labels: try tensor(set, "labels"))
  }

  static func report(_ set: String, _ dtype: DType = .float32, adapter: String? = nil) throws -> ForwardReport {
    try Engine.setThreadCount(1)
    let folder = try folder(set)
    let adapter = try adapter.map {
      AdapterSource.folder(try AdapterFolder(Repository.fixture("TinyOpenVLA/\(set)/\($0)"), for: folder.config))
    }
    let policy = try Policy.load(folder, adapter: adapter, dtype)
    return try ForwardReport(policy, expected(set), folder.actionStatistics)
  }
}

/// The elements of a floating or integer tensor as float64.
func numbers(_ tensor: HostTensor) throws -> [Double] {
  try Tensor.copying(tensor.bytes, tensor.dtype, tensor.shape).values(Double.self)
}

func numbers(_ file: SafetensorsFile, _ name: String) throws -> [Double] {
  let declaration = try #require(file.declaration(name))
  return try numbers(HostTensor(declaration.dtype, declaration.shape, file.bytes(name)))
}

/// The largest difference of two equally long lists; infinite where they differ in length or one is NaN.
func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { largest, pair in
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN ? .infinity : max(largest, difference)
  }
}

func rootMeanSquare(_ a: [Double], _ b: [Double]) -> Double {
  (zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(a.count)).squareRoot()
}
