DROP TABLE dataset_levels;
