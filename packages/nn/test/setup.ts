import 'sporelet';
