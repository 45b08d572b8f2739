public import ByteIO
internal import CTorch
public import TensorFiles

/// An array of numbers of one element type, on one device, computed by libtorch.
///
/// A tensor is a reference: views share their memory. Operations make new tensors and are recorded for a gradient
/// where an operand asks for one, unless ``withoutGradient(_:)`` encloses them.
@safe
public final class Tensor {
  /// The one owned reference to libtorch's tensor.
  let handle: OpaquePointer

  init(owning handle: OpaquePointer) { unsafe self.handle = unsafe handle }

  deinit { unsafe ctorch_release(handle) }

  /// The sizes of its dimensions.
  public var shape: [Int] { (0..<rank).map { Int(unsafe ctorch_size(handle, Int64($0))) } }

  /// The number of dimensions.
  public var rank: Int { Int(unsafe ctorch_rank(handle)) }

  /// Returns the size of `dimension`, counted from the end where negative.
  ///
  /// - Precondition: there is such a dimension.
  public func size(_ dimension: Int) -> Int {
    let rank = rank
    let index = dimension < 0 ? dimension + rank : dimension
    precondition(index >= 0 && index < rank, "dimension \(dimension) of a tensor of rank \(rank)")
    return Int(unsafe ctorch_size(handle, Int64(index)))
  }

  /// The number of elements.
  public var elementCount: Int { shape.reduce(1, *) }

  /// The element type.
  public var dtype: DType {
    get throws(TorchError) {
      var code = CTORCH_BOOL
      try unsafe checked("element type") { error in unsafe ctorch_dtype_of(handle, &code, error) }
      guard let type = DType(code: code) else { throw TorchError(.typeUnknown("\(code)"), operation: "element type") }
      return type
    }
  }

  /// Where it lies.
  public var device: Device { Device(code: unsafe ctorch_device_of(handle)) }
}

// MARK: - Making

extension Tensor {
  /// Copies `bytes`, row-major, into a tensor of `shape` on the host.
  ///
  /// - Throws: `TorchError` where the number of bytes does not fit.
  public static func copying(_ bytes: Bytes, _ dtype: DType, _ shape: [Int]) throws(TorchError) -> Tensor {
    let code = try dtype.code("copy")
    return try unsafe made("copy") { out, error in
      unsafe bytes.withUnsafeBytes { buffer in
        unsafe withSizes(shape) { sizes in
          unsafe ctorch_from_bytes(buffer.baseAddress, buffer.count, code, sizes, out, error)
        }
      }
    }
  }

  /// Views `bytes`, row-major, as a tensor of `shape` without copying; what they point into stays alive with it.
  ///
  /// The memory may be a mapped file: the tensor must not be changed in place. Bytes that do not lie aligned for
  /// their type are copied.
  public static func viewing(_ bytes: Bytes, _ dtype: DType, _ shape: [Int]) throws(TorchError) -> Tensor {
    let code = try dtype.code("view")
    guard TensorDeclaration("", dtype, shape).byteCount == bytes.count else {
      throw TorchError(.refused("\(bytes.count) bytes do not fit \(dtype.rawValue) \(shape)"), operation: "view")
    }
    let base = unsafe bytes.withUnsafeBytes { $0.baseAddress }
    guard let address = unsafe base, bytes.count > 0,
      UInt(bitPattern: address) % UInt(dtype.byteCount) == 0
    else { return try copying(bytes, dtype, shape) }
    let owner = unsafe Unmanaged.passRetained(MemoryOwner(bytes)).toOpaque()
    return try unsafe made("view") { out, error in
      unsafe withSizes(shape) { sizes in
        unsafe ctorch_from_memory(
          address, code, sizes,
          { context in if let context = unsafe context { unsafe Unmanaged<MemoryOwner>.fromOpaque(context).release() }
          },
          owner, out, error)
      }
    }
  }

  /// A tensor of `shape` from `values`, row-major, on the host.
  public convenience init<T: TorchElement>(_ values: [T], _ shape: [Int]) throws(TorchError) {
    let tensor = try Tensor.copying(Bytes(values: values), T.dtype, shape)
    unsafe self.init(owning: ctorch_retain(tensor.handle))
  }

  /// A tensor of `shape` whose elements all are `value`.
  public static func full(
    _ shape: [Int], _ value: Double, _ dtype: DType = .float32, on device: Device = .cpu
  ) throws(TorchError) -> Tensor {
    let code = try dtype.code("full")
    return try unsafe made("full") { out, error in
      unsafe withSizes(shape) { sizes in unsafe ctorch_full(sizes, value, code, device.code, out, error) }
    }
  }

  /// The numbers 0, 1, … `count` − 1.
  public static func range(
    _ count: Int, _ dtype: DType = .int64, on device: Device = .cpu
  ) throws(TorchError) -> Tensor {
    let code = try dtype.code("range")
    return try unsafe made("range") { out, error in unsafe ctorch_range(Int64(count), code, device.code, out, error) }
  }

  /// Converts to another element type or device; returns `self`'s memory where nothing changes.
  public func converted(to dtype: DType? = nil, on device: Device? = nil) throws(TorchError) -> Tensor {
    let type = if let dtype { dtype } else { try self.dtype }
    let code = try type.code("convert")
    let place = device ?? self.device
    return try unsafe made("convert") { out, error in unsafe ctorch_to(handle, code, place.code, false, out, error) }
  }
}

/// Keeps `Bytes` alive while libtorch views them.
private final class MemoryOwner {
  let bytes: Bytes

  init(_ bytes: Bytes) { self.bytes = bytes }
}

/// Element types of Swift that tensors are made of.
public protocol TorchElement: BitwiseCopyable {
  /// The tensor's element type.
  static var dtype: DType { get }
}

extension Float: TorchElement { public static var dtype: DType { .float32 } }
extension Double: TorchElement { public static var dtype: DType { .float64 } }
extension Int64: TorchElement { public static var dtype: DType { .int64 } }
extension Int32: TorchElement { public static var dtype: DType { .int32 } }
extension UInt8: TorchElement { public static var dtype: DType { .uint8 } }

// MARK: - Reading

extension Tensor {
  /// The elements in memory order of a row-major array, copied to the host.
  public var bytes: Bytes {
    get throws(TorchError) {
      let type = try dtype
      var buffer = [UInt8](repeating: 0, count: elementCount * type.byteCount)
      try unsafe checked("read") { error in
        unsafe buffer.withUnsafeMutableBytes { unsafe ctorch_copy_bytes(handle, $0.baseAddress, $0.count, error) }
      }
      return Bytes(buffer)
    }
  }

  /// The elements, row-major, converted to `T` on the host.
  public func values<T: TorchElement>(_ type: T.Type = T.self) throws(TorchError) -> [T] {
    try detached().converted(to: T.dtype, on: .cpu).bytes.values(as: T.self)
  }

  /// The only element.
  ///
  /// - Precondition: there is exactly one.
  public func scalar() throws(TorchError) -> Double {
    let values = try values(Double.self)
    precondition(values.count == 1, "a tensor of \(values.count) elements is no scalar")
    return values[0]
  }
}
