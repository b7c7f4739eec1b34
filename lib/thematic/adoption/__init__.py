"""A force's own workbook on top of the product's starter: how it is begun, seen through and brought up to date."""
