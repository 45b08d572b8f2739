/// What is measured on the gray pixels of one frame.
struct FrameMeasure {
  var mean = 0.0
  var deviation = 0.0
  /// The variance of the Laplacian.
  var sharpness = 0.0
  /// The share of pixels at 250 or more.
  var bright = 0.0
  var isZero = false
  /// Means of 16 × 16 parts.
  var thumbnail = [Float](repeating: 0, count: 256)

  /// Measures `gray`, [height, width].
  init(_ gray: [UInt8], height: Int, width: Int) {
    var sum = 0
    var squares = 0
    var high = 0
    unsafe gray.withUnsafeBufferPointer { pixels in
      for i in pixels.indices {
        let value = unsafe Int(pixels[i])
        sum &+= value
        squares &+= value &* value
        high &+= value >= 250 ? 1 : 0
      }
    }
    let n = Double(gray.count)
    mean = Double(sum) / n
    deviation = max(0, Double(squares) / n - mean * mean).squareRoot()
    bright = Double(high) / n
    isZero = sum == 0
    sharpness = Self.laplacian(gray, height, width)
    reduce(gray, height, width)
  }

  private static func laplacian(_ gray: [UInt8], _ height: Int, _ width: Int) -> Double {
    guard height > 2, width > 2 else { return 0 }
    var sum = 0
    var squares = 0
    unsafe gray.withUnsafeBufferPointer { pixels in
      for y in 1..<height - 1 {
        let row = y * width
        for i in row + 1..<row + width - 1 {
          let value =
            unsafe Int32(pixels[i - 1]) &+ Int32(pixels[i + 1]) &+ Int32(pixels[i - width]) &+ Int32(pixels[i + width])
            &- 4 &* Int32(pixels[i])
          sum &+= Int(value)
          squares &+= Int(value &* value)
        }
      }
    }
    let n = Double((height - 2) * (width - 2))
    let mean = Double(sum) / n
    return max(0, Double(squares) / n - mean * mean)
  }

  private mutating func reduce(_ gray: [UInt8], _ height: Int, _ width: Int) {
    var sums = [Int32](repeating: 0, count: 256)
    var counts = [Int32](repeating: 0, count: 256)
    var columns = [Int](repeating: 0, count: width)
    for x in 0..<width { columns[x] = x * 16 / width }
    for y in 0..<height {
      let cell = y * 16 / height * 16
      for x in 0..<width {
        sums[cell + columns[x]] &+= Int32(gray[y * width + x])
        counts[cell + columns[x]] &+= 1
      }
    }
    for i in 0..<256 { thumbnail[i] = counts[i] > 0 ? Float(sums[i]) / Float(counts[i]) : 0 }
  }

  /// The mean absolute difference of two frames of one size.
  static func difference(_ a: [UInt8], _ b: [UInt8]) -> Double {
    guard a.count == b.count, !a.isEmpty else { return .infinity }
    var sum = 0
    unsafe a.withUnsafeBufferPointer { x in
      unsafe b.withUnsafeBufferPointer { y in
        for i in x.indices { sum &+= unsafe Int(abs(Int32(x[i]) &- Int32(y[i]))) }
      }
    }
    return Double(sum) / Double(a.count)
  }
}
