"""Lanes for pictures that are measurements, medical and satellite: values, units, place and tags go through them.

Scenes of any size are read, drawn and written window by window. Only `dicom*` and `geotiff*` import the libraries of
their formats.
"""
