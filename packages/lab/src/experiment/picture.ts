/** What every picture of a report has. */
interface Titled {
  readonly title: string;
  readonly caption?: string;
}

/** The x or y axis of a picture. */
export interface Axis {
  readonly title?: string;
  /** Lowest and highest value. Default: those of what is drawn; on a heat map, the numbers of its rows and columns. */
  readonly range?: readonly [low: number, high: number];
}

/** Lines over a common x axis: an activation and its gradient, a density by level. */
export interface LinePicture extends Titled {
  readonly lines: readonly {
    readonly label: string;
    readonly dashed?: boolean;
    readonly points: readonly (readonly [x: number, y: number])[];
  }[];
  readonly x?: Axis;
  /** Line pictures that stand together share the y axis if its title is the same. */
  readonly y?: Axis;
}

/** Numbers on a grid as colours: the receptive field of a neuron, a decision boundary, the overlap of tasks. */
export interface HeatMap extends Titled {
  /** Rows from top to bottom, equally long. */
  readonly cells: readonly (readonly number[])[];
  /** The values of the first and the last colour. Default: the smallest and the largest; around `center`, equally far. */
  readonly range?: readonly [low: number, high: number];
  /** Where two hues meet, e.g. 0 for weights or the threshold of a decision. Left out: one hue from light to dark. */
  readonly center?: number;
  /** Writes each number into its cell; for small matrices. Default `false`. */
  readonly numbers?: boolean;
  /** Marks on the map, in the units of the axes: y grows upwards if its axis has a range, else it is the row. */
  readonly points?: readonly { readonly x: number; readonly y: number; readonly label?: string }[];
  readonly x?: Axis;
  readonly y?: Axis;
}

/** Bars from zero: counts of a histogram, a number for each unit. */
export interface BarChart extends Titled {
  readonly bars: readonly { readonly label: string; readonly value: number }[];
  readonly x?: Pick<Axis, 'title'>;
  readonly y?: Axis;
}

/** A small picture for the report, made of plain numbers so that the report can be drawn again without the experiment. */
export type Picture = LinePicture | HeatMap | BarChart;
