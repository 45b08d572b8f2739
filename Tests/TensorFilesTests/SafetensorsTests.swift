import ByteIO
import TensorFiles
import TestSupport
import Testing

@Test func `tensors survive a round trip`() throws {
  let directory = try TemporaryDirectory()
  try writeTensors([("a", HostTensor(.float32, [2], values: [Float(1), 2]))], to: directory("a.safetensors"))
  #expect(try SafetensorsFile(directory("a.safetensors")).values("a", .float32, as: Float.self) == [1, 2])
}
