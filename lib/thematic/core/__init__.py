"""What every stage rests on: errors, periods, areas, digests, folders and the workbook."""
