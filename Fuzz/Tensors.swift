import ByteIO
import TensorFiles

/// A safetensors file: its header, and the bytes of all its tensors.
@Sendable func readTensors(_ input: [UInt8]) {
  guard let read = try? SafetensorsFile(file("input.safetensors", input)) else { return }
  var total = 0
  for tensor in read.tensors {
    guard let bytes = try? read.bytes(tensor.name) else { preconditionFailure("a declared tensor has its bytes") }
    precondition(bytes.count == tensor.byteCount, "a tensor has as many bytes as declared")
    total += bytes.count
  }
  precondition(total <= input.count, "tensors lie inside the file")
}
