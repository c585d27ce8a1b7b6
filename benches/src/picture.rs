//! Draws curves over the share of work under the lock, as SVG.

use std::error::Error;
use std::path::Path;

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

/// Is a line of the picture.
#[derive(Debug)]
pub struct Curve<'a> {
    /// What the key calls the line.
    pub label: &'a str,
    /// Computed and not measured: drawn thin, without dots.
    pub bound: bool,
    /// Percent of the work under the lock, and tasks per second.
    pub points: Vec<(f64, f64)>,
}

/// Is the picture to draw.
#[derive(Debug)]
pub struct Picture<'a> {
    /// What is shown.
    pub title: &'a str,
    /// How it was measured.
    pub subtitle: &'a str,
    /// At most six: each has a colour of its own.
    pub curves: &'a [Curve<'a>],
}

/// Told apart by people who see red and green alike (palette of Okabe and Ito).
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 158, 115),
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(213, 94, 0),
    RGBColor(90, 90, 90),
    RGBColor(204, 121, 167),
];
const FONT: &str = "sans-serif";

type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

impl Picture<'_> {
    /// Writes the picture, and makes the folder that it stands in.
    ///
    /// # Errors
    ///
    /// When the folder or the file cannot be written.
    pub fn draw(&self, path: &Path) -> Result<(), Box<dyn Error>> {
        std::fs::create_dir_all(path.parent().ok_or("a path in a folder")?)?;
        let area = SVGBackend::new(path, (960, 600)).into_drawing_area();
        area.fill(&WHITE)?;
        let area = area.titled(self.title, (FONT, 22))?.titled(self.subtitle, (FONT, 16))?;
        let all = self.curves.iter().flat_map(|curve| &curve.points);
        let top = 1.35 * all.map(|(_, throughput)| throughput / 1e3).fold(0.0, f64::max);
        let mut chart = ChartBuilder::on(&area)
            .margin(16)
            .x_label_area_size(48)
            .y_label_area_size(72)
            .build_cartesian_2d(0.0..100.0, 0.0..top)?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .x_desc("share of each task under the lock, %")
            .y_desc("throughput, thousand tasks/s")
            .x_label_formatter(&|percent| format!("{percent:.0}"))
            .y_label_formatter(&|thousands| format!("{thousands:.0}"))
            .label_style((FONT, 15))
            .axis_desc_style((FONT, 16))
            .draw()?;
        for (curve, colour) in self.curves.iter().zip(COLOURS) {
            curve.draw(&mut chart, colour)?;
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperRight)
            .background_style(WHITE.mix(0.85))
            .border_style(BLACK.mix(0.3))
            .label_font((FONT, 15))
            .draw()?;
        area.present()?;
        Ok(())
    }
}

impl Curve<'_> {
    fn draw(&self, chart: &mut Chart<'_, '_>, colour: RGBColor) -> Result<(), Box<dyn Error>> {
        let points = || self.points.iter().map(|(percent, rate)| (*percent, rate / 1e3));
        let style = colour.stroke_width(if self.bound { 1 } else { 2 });
        let key = move |(x, y)| PathElement::new(vec![(x, y), (x + 20, y)], style);
        chart.draw_series(LineSeries::new(points(), style))?.label(self.label).legend(key);
        if !self.bound {
            chart.draw_series(points().map(|at| Circle::new(at, 4, colour.filled())))?;
        }
        Ok(())
    }
}
