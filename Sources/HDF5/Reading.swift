internal import ByteIO
internal import CHDF5
internal import TensorFiles

/// An open dataset or attribute while it is read, under the lock.
final class Reading {
  enum Kind { case dataset, attribute }

  let declaration: HDF5Declaration
  private let object: Int64
  private let kind: Kind
  private let type: Int64
  private let space: Int64
  private let element: Int32
  private let elementSize: Int
  private let file: HDF5File
  private let path: String

  /// The most bytes that one stored byte can stand for (deflate), and what is allowed without any stored.
  private static let ratio = 1040
  private static let unstored = 64 << 20

  init(_ object: Int64, _ kind: Kind, file: HDF5File, path: String) throws(HDF5Error) {
    let isDataset = kind == .dataset
    let type = isDataset ? H5Dget_type(object) : H5Aget_type(object)
    guard type >= 0 else { throw file.failure(.unreadable, path) }
    let space = isDataset ? H5Dget_space(object) : H5Aget_space(object)
    guard space >= 0 else {
      H5Tclose(type)
      throw file.failure(.unreadable, path)
    }
    self.object = object
    self.kind = kind
    self.type = type
    self.space = space
    self.file = file
    self.path = path
    var size = 0
    element = unsafe chdf5_element(type, &size)
    elementSize = size
    var shape: [Int] = []
    var isSound = true
    let rank = Int(H5Sget_simple_extent_ndims(space))
    if rank > 0, rank <= 32 {
      var sizes = [UInt64](repeating: 0, count: rank)
      isSound = unsafe H5Sget_simple_extent_dims(space, &sizes, nil) == rank
      shape = sizes.map { Int(exactly: $0) ?? .max }
    }
    isSound = isSound && rank >= 0
    if H5Sget_simple_extent_type(space) == H5S_NULL { shape = [0] }
    let stored = isDataset ? Int(exactly: H5Dget_storage_size(object)) ?? .max : 0
    declaration = HDF5Declaration(
      shape: shape, element: Self.element(element, size), storedByteCount: stored)
    guard isSound else { throw file.failure(.unreadable, path) }
  }

  deinit {
    H5Sclose(space)
    H5Tclose(type)
  }

  private static func element(_ element: Int32, _ size: Int) -> HDF5Declaration.Element {
    switch (Int(element), size) {
    case (CHDF5_INTEGER, 1): .number(.int8)
    case (CHDF5_INTEGER, 2): .number(.int16)
    case (CHDF5_INTEGER, 4): .number(.int32)
    case (CHDF5_INTEGER, 8): .number(.int64)
    case (CHDF5_UNSIGNED, 1): .number(.uint8)
    case (CHDF5_UNSIGNED, 2): .number(.uint16)
    case (CHDF5_UNSIGNED, 4): .number(.uint32)
    case (CHDF5_UNSIGNED, 8): .number(.uint64)
    case (CHDF5_FLOAT, 2): .number(.float16)
    case (CHDF5_FLOAT, 4): .number(.float32)
    case (CHDF5_FLOAT, 8): .number(.float64)
    case (CHDF5_BOOL, _): .number(.bool)
    case (CHDF5_TEXT, _), (CHDF5_LONG_TEXT, _): .text
    case (CHDF5_COMPOUND, _): .other("compound")
    default: .other("a type without a tensor")
    }
  }

  /// Returns the number of bytes of all elements, after a look at whether the file can hold them.
  private func checkedByteCount() throws(HDF5Error) -> Int {
    if case .other(let name) = declaration.element {
      throw file.failure(.unsupported("its elements are \(name), which Armature does not read"), path)
    }
    guard let count = checkedProduct(declaration.shape + [max(elementSize, 1)]) else {
      throw file.failure(.tooLarge(.max), path)
    }
    let limit: Int
    if kind == .dataset {
      switch chdf5_layout(object) {
      case -2: throw file.failure(.externalStorage, path)
      case 0, 1, 2: break
      default: throw file.failure(.unreadable, path)
      }
      let stored = min(declaration.storedByteCount, file.byteCount)
      limit = stored * Self.ratio + Self.unstored
    } else {
      limit = file.byteCount + Self.unstored
    }
    guard count <= limit else { throw file.failure(.tooLarge(count), path) }
    return count
  }

  /// Returns where the chunks lie, when they can be unpacked without the library; `nil` when it should read them.
  func chunks() throws(HDF5Error) -> ChunkedLayout? {
    let byteCount = try checkedByteCount()
    let rank = declaration.shape.count
    guard kind == .dataset, file.hasPlainAddresses, rank > 0, chdf5_layout(object) == 2,
      H5Tget_order(type) != H5T_ORDER_BE,
      byteCount > 1 << 12,
      case .number = declaration.element
    else { return nil }
    // Only elements whose bytes are those of the machine; others are for the library to convert.
    let memory = chdf5_memory_type(type, element, elementSize)
    guard memory >= 0 else { return nil }
    defer { H5Tclose(memory) }
    guard H5Tequal(type, memory) > 0 else { return nil }
    var chunk = [UInt64](repeating: 0, count: rank)
    var filters = [Int32](repeating: 0, count: 8)
    let filterCount = unsafe chdf5_filters(object, Int32(rank), &chunk, &filters)
    guard filterCount >= 0 else { return nil }
    var known: [ChunkFilter] = []
    for number in filters.prefix(Int(filterCount)) {
      guard let filter = ChunkFilter(rawValue: number) else { return nil }
      known.append(filter)
    }
    let chunkShape = chunk.compactMap { Int(exactly: $0) }
    guard chunkShape.count == rank, let chunkSize = checkedProduct(chunkShape + [elementSize]), chunkSize > 0,
      chunkSize <= byteCount * 4 + (1 << 20)
    else { return nil }
    var places: [ChunkedLayout.Chunk] = []
    var offset = [Int](repeating: 0, count: rank)
    while true {
      let at = offset.map { UInt64($0) }
      var skipped: UInt32 = 0
      var size: UInt64 = 0
      // Chunks that are not there have the fill value, which the library knows.
      let address = unsafe chdf5_chunk(object, at, &skipped, &size)
      guard address >= 0, skipped == 0, let count = Int(exactly: size), Int(address) <= file.byteCount,
        count <= file.byteCount - Int(address)
      else { return nil }
      places.append(ChunkedLayout.Chunk(offset: offset, bytes: Int(address)..<Int(address) + count))
      var axis = rank - 1
      while axis >= 0 {
        offset[axis] += chunkShape[axis]
        if offset[axis] < declaration.shape[axis] { break }
        offset[axis] = 0
        axis -= 1
      }
      if axis < 0 { break }
    }
    return ChunkedLayout(
      shape: declaration.shape, chunkShape: chunkShape, elementSize: elementSize, filters: known, chunks: places)
  }

  /// Returns where the elements lie one after the other, as the machine has them; `nil` when the library should read them.
  func extent() throws(HDF5Error) -> Range<Int>? {
    let byteCount = try checkedByteCount()
    guard kind == .dataset, file.hasPlainAddresses, byteCount > 1 << 12, chdf5_layout(object) == 1,
      H5Tget_order(type) != H5T_ORDER_BE,
      case .number = declaration.element
    else { return nil }
    let memory = chdf5_memory_type(type, element, elementSize)
    guard memory >= 0 else { return nil }
    defer { H5Tclose(memory) }
    guard H5Tequal(type, memory) > 0, declaration.storedByteCount == byteCount,
      let start = Int(exactly: H5Dget_offset(object)), start <= file.byteCount - byteCount
    else { return nil }
    return start..<start + byteCount
  }

  /// Reads all through the library.
  func values() throws(HDF5Error) -> HDF5Values {
    let byteCount = try checkedByteCount()
    let memory = chdf5_memory_type(type, element, elementSize)
    guard memory >= 0 else { throw file.failure(.unreadable, path) }
    defer { H5Tclose(memory) }
    let count = checkedProduct(declaration.shape) ?? 0
    if Int(element) == CHDF5_LONG_TEXT {
      return HDF5Values(declaration: declaration, content: .texts(try longTexts(count, memory)))
    }
    var status: Int32 = 0
    let isAttribute: Int32 = kind == .attribute ? 1 : 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: max(byteCount, 1)) { buffer, filled in
      if count > 0, let start = buffer.baseAddress {
        status = unsafe chdf5_read(object, isAttribute, memory, start)
      }
      filled = status >= 0 && count > 0 ? byteCount : 0
    }
    guard status >= 0 else { throw file.failure(.unreadable, path) }
    guard Int(element) == CHDF5_TEXT else {
      return HDF5Values(declaration: declaration, content: .numbers(Bytes(bytes)))
    }
    let padding: UInt8 = chdf5_padding(type) == 2 ? 0x20 : 0
    let texts = (0..<count).map { index in
      var text = bytes[index * elementSize..<(index + 1) * elementSize]
      while text.last == padding { text.removeLast() }
      return Bytes(Array(text))
    }
    return HDF5Values(declaration: declaration, content: .texts(texts))
  }

  private func longTexts(_ count: Int, _ memory: Int64) throws(HDF5Error) -> [Bytes] {
    guard count > 0 else { return [] }
    let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: count)
    unsafe pointers.initialize(repeating: nil, count: count)
    defer { unsafe pointers.deallocate() }
    guard unsafe chdf5_read(object, kind == .attribute ? 1 : 0, memory, pointers) >= 0 else {
      throw file.failure(.unreadable, path)
    }
    defer { unsafe chdf5_reclaim(memory, space, pointers) }
    return (0..<count).map { index in
      guard let text = unsafe pointers[index] else { return Bytes([]) }
      return unsafe Bytes(Array(UnsafeRawBufferPointer(start: text, count: strlen(text))))
    }
  }
}
