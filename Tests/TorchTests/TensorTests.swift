import ByteIO
import TensorFiles
import TestSupport
import Testing
import Torch

@Suite struct TensorTests {
  @Test func `a tensor gives back its values, shape, type and place`() throws {
    let tensor = try Tensor([1, 2, 3, 4, 5, 6] as [Float], [2, 3])
    #expect(tensor.shape == [2, 3])
    #expect(tensor.rank == 2)
    #expect(tensor.size(-1) == 3)
    #expect(tensor.elementCount == 6)
    #expect(try tensor.dtype == .float32)
    #expect(tensor.device == .cpu)
    #expect(try tensor.values(Float.self) == [1, 2, 3, 4, 5, 6])
    #expect(try tensor.transposed(0, 1).values(Float.self) == [1, 4, 2, 5, 3, 6])
    #expect(try tensor.transposed(0, 1).bytes == Bytes(values: [1, 4, 2, 5, 3, 6] as [Float]))
  }

  @Test func `an empty tensor has no values`() throws {
    let tensor = try Tensor([] as [Float], [0, 3])
    #expect(try tensor.values(Float.self).isEmpty)
    #expect(try Tensor.viewing(Bytes([]), .float32, [0]).shape == [0])
  }

  @Test func `bytes that do not fit the shape are refused`() throws {
    #expect(throws: TorchError.self) { try Tensor([1, 2, 3] as [Float], [2, 2]) }
    #expect(throws: TorchError.self) { try Tensor.viewing(Bytes(values: [1, 2] as [Float]), .float32, [3]) }
    #expect(throws: TorchError.self) { try Tensor.viewing(Bytes([1]), .float32, [-1]) }
    #expect(throws: TorchError.self) { try Tensor.copying(Bytes([0, 0]), .uint16, [1]) }
  }

  @Test func `a view keeps its memory alive and copies what lies askew`() throws {
    var tensors: [Tensor] = []
    do {
      let bytes = Bytes([0] + Bytes(values: [1, 2, 3, 4] as [Float]).array)
      tensors.append(try Tensor.viewing(bytes[1..<17], .float32, [4]))
      let aligned = Bytes(values: [5, 6] as [Float])
      tensors.append(try Tensor.viewing(aligned, .float32, [2]).slicing(1..<2, 0))
    }
    #expect(try tensors[0].values(Float.self) == [1, 2, 3, 4])
    #expect(try tensors[1].values(Float.self) == [6])
  }

  @Test func `a mapped file is read through a tensor and outlives its handle`() throws {
    let folder = try TemporaryDirectory()
    let path = folder.path + "/weights.safetensors"
    let writer = try SafetensorsWriter(path, [TensorDeclaration("w", .bfloat16, [2, 2])])
    try writer.append("w") { try $0.append(Bytes(values: [0x3F80, 0x4000, 0xC000, 0x0000] as [UInt16]).array) }
    _ = try writer.commit()
    let tensor: Tensor
    do {
      let file = try SafetensorsFile(path)
      tensor = try Tensor.viewing(file.bytes("w"), .bfloat16, [2, 2])
    }
    #expect(try tensor.values(Float.self) == [1, 2, -2, 0])
    #expect(try tensor.converted(to: .float64).values(Double.self) == [1, 2, -2, 0])
  }

  @Test func `views reorder without changing values`() throws {
    let tensor = try Tensor.range(24).reshaped([2, 3, 4])
    #expect(try tensor.permuted([2, 0, 1]).shape == [4, 2, 3])
    #expect(try tensor.selecting(1, 0).selecting(2, 0).values(Int64.self) == [20, 21, 22, 23])
    #expect(try tensor.slicing(1..<3, 1).slicing(0..<1, 2).values(Int64.self) == [4, 8, 16, 20])
    #expect(try tensor.reshaped([-1, 12]).shape == [2, 12])
    let row = try Tensor([7, 8] as [Int64], [1, 2])
    #expect(try row.expanded([3, -1]).values(Int64.self) == [7, 8, 7, 8, 7, 8])
    #expect(try row.repeatingEach(2, 1).values(Int64.self) == [7, 7, 8, 8])
    #expect(try Tensor.concatenating([row, row], 1).values(Int64.self) == [7, 8, 7, 8])
  }

  @Test func `arithmetic broadcasts as NumPy's`() throws {
    let a = try Tensor([1, 2, 3, 4] as [Double], [2, 2])
    let b = try Tensor([10, 20] as [Double], [2])
    #expect(try (a + b).values(Double.self) == [11, 22, 13, 24])
    #expect(try (a - b).values(Double.self) == [-9, -18, -7, -16])
    #expect(try (a * b).values(Double.self) == [10, 40, 30, 80])
    #expect(try (a / 2).values(Double.self) == [0.5, 1, 1.5, 2])
    #expect(try (-a + 1).values(Double.self) == [0, -1, -2, -3])
    // [1 2; 3 4] · [10 20]ᵀ = [1·10 + 2·20, 3·10 + 4·20]
    #expect(try a.multiplied(by: b.reshaped([2, 1])).values(Double.self) == [50, 110])
    #expect(try a.keeping(where: a.isGreater(than: 2), else: 0).values(Double.self) == [0, 0, 3, 4])
  }

  @Test func `operands that do not fit are refused in one line`() throws {
    let a = try Tensor.full([2, 3], 1)
    let error = #expect(throws: TorchError.self) { try a.multiplied(by: a) }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.hasPrefix("matrix product: the tensor engine refuses: "))
    #expect(!text.contains("\n"))
    #expect(error?.kind == .bug)
  }

  @Test func `memory that cannot be had is reported as such`() throws {
    let error = #expect(throws: TorchError.self) { try Tensor.full([1 << 50], 0) }
    #expect(error?.reason == .outOfMemory)
    #expect(error?.kind == .tryAgain)
  }

  @Test func `reductions and choices over a dimension`() throws {
    let tensor = try Tensor([1, 5, 3, 9, 2, 4] as [Float], [2, 3])
    #expect(try tensor.sum().scalar() == 24)
    #expect(try tensor.mean([1], .kept).values(Float.self) == [3, 5])
    #expect(try tensor.argmax(1).values(Int64.self) == [1, 0])
    #expect(try tensor.gathering(Tensor([2, 0] as [Int64], [2, 1]), 1).values(Float.self) == [3, 9])
    #expect(try tensor.selecting(Tensor([2, 1] as [Int64], [2]), 1).values(Float.self) == [3, 5, 4, 2])
  }
}

@Suite struct DeviceTests {
  @Test func `devices are read from text`() {
    #expect(Device("cpu") == .cpu)
    #expect(Device("cuda") == .cuda(0))
    #expect(Device("cuda:3") == .cuda(3))
    for text in ["", "gpu", "cuda:", "cuda:-1", "cuda:x", "cuda:999"] { #expect(Device(text) == nil) }
  }

  @Test func `a CUDA device that no machine has is reported in one line`() {
    let error = #expect(throws: TorchError.self) { try Device.cuda(127).prepare() }
    #expect(error?.kind == .usage)
    #expect(error.map { "\($0)".contains("\n") } == false)
  }
}
