public import ImageCodec

extension RunPage {
  /// What the page shows; every text is shown as it is.
  public struct Content: Sendable, Equatable {
    /// The run's name.
    public var title: String
    /// What there is to know at a glance, shown as a table.
    public var facts: [Fact]
    public var charts: [Chart]
    public var tables: [Table]
    public var examples: [Example]
    public var pictures: [Picture]
    /// Remarks, a paragraph each.
    public var notes: [String]

    /// Creates the content; what is empty is left out of the page.
    public init(
      title: String, facts: [Fact] = [], charts: [Chart] = [], tables: [Table] = [], examples: [Example] = [],
      pictures: [Picture] = [], notes: [String] = []
    ) {
      self.title = title
      self.facts = facts
      self.charts = charts
      self.tables = tables
      self.examples = examples
      self.pictures = pictures
      self.notes = notes
    }
  }

  /// A name and what belongs to it.
  public struct Fact: Sendable, Equatable {
    public var name: String
    public var value: String

    /// Creates the fact that `name` is `value`.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Curves over the steps on common axes.
  public struct Chart: Sendable, Equatable {
    public var title: String
    /// The unit of the values; empty where there is none.
    public var unit: String
    public var series: [Series]

    /// Creates a chart of `series`.
    public init(_ title: String, unit: String = "", series: [Series]) {
      self.title = title
      self.unit = unit
      self.series = series
    }
  }

  /// One curve.
  public struct Series: Sendable, Equatable {
    public var name: String
    public var points: [Point]

    /// Creates the curve through `points`.
    public init(_ name: String, _ points: [Point]) {
      self.name = name
      self.points = points
    }
  }

  /// One value of a curve; NaN and infinities are shown as gaps.
  public struct Point: Sendable, Equatable {
    public var step: Int
    public var value: Double

    /// Creates the point at `step`.
    public init(step: Int, value: Double) {
      self.step = step
      self.value = value
    }
  }

  /// A table of an evaluation.
  public struct Table: Sendable, Equatable {
    public var title: String
    public var columns: [String]
    /// The cells; what reads as a number is aligned to the right.
    public var rows: [[String]]

    /// Creates a table.
    public init(_ title: String, columns: [String], rows: [[String]]) {
      self.title = title
      self.columns = columns
      self.rows = rows
    }
  }

  /// What the model predicted for one image.
  public struct Example: Sendable, Equatable {
    /// One dimension of an action.
    public struct Row: Sendable, Equatable {
      public var dimension: String
      public var truth: Double
      public var predicted: Double

      /// Creates the row of `dimension`.
      public init(_ dimension: String, truth: Double, predicted: Double) {
        self.dimension = dimension
        self.truth = truth
        self.predicted = predicted
      }
    }

    /// The image file's bytes.
    public var image: [UInt8]
    public var format: ImageFormat
    public var caption: String
    public var instruction: String
    public var rows: [Row]

    /// Creates an example.
    public init(image: [UInt8], format: ImageFormat, caption: String, instruction: String, rows: [Row]) {
      self.image = image
      self.format = format
      self.caption = caption
      self.instruction = instruction
      self.rows = rows
    }
  }

  /// A picture with its caption.
  public struct Picture: Sendable, Equatable {
    public var title: String
    /// The PNG file's bytes.
    public var png: [UInt8]
    public var caption: String

    /// Creates a picture.
    public init(_ title: String, png: [UInt8], caption: String) {
      self.title = title
      self.png = png
      self.caption = caption
    }
  }
}
